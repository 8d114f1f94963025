import * as fc from 'fast-check';
import { InvalidOrderError } from '../errors';
import { readControl, writeControl } from './control-record';
import type { ControlRecord } from './control-record';

const name = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ minLength: 1, maxLength, unit: 'grapheme-ascii' });
const signed = { by: name(200), at: fc.nat() };
const of = fc.option(fc.nat(), { nil: undefined });
const order: fc.Arbitrary<ControlRecord> = fc.oneof(
  fc.record({ kind: fc.constant('cancel'), ids: fc.array(name(255), { minLength: 1, maxLength: 20 }), ...signed }),
  fc.record({
    kind: fc.constant('pause'),
    queue: name(190),
    reason: fc.option(name(500), { nil: undefined }),
    of,
    ...signed,
  }),
  fc.record({ kind: fc.constant('resume'), queue: name(190), of, ...signed }),
  fc.record({ kind: fc.constantFrom('quiet', 'stop'), worker: name(200), ...signed }),
);

describe('an order in the control stream', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(order, (written) => {
        expect(JSON.stringify(readControl(writeControl(written)))).toEqual(
          JSON.stringify(readControl(Buffer.from(JSON.stringify(written)))),
        );
        expect(readControl(writeControl(written))).toMatchObject(JSON.parse(JSON.stringify(written)) as object);
      }),
    );
  });

  it('is nothing when a stranger has written it, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readControl(Buffer.from(text))).toBeUndefined();
      }),
    );
  });

  it.each([
    ['a kind of a later version', { kind: 'drain', worker: 'a', by: 'b', at: 1 }],
    ['one without a signature', { kind: 'resume', queue: 'a', at: 1 }],
    ['one without a time', { kind: 'resume', queue: 'a', by: 'b' }],
    ['one without ids', { kind: 'cancel', ids: [], by: 'b', at: 1 }],
  ])('is not read when it is %s', (_what, written) => {
    expect(readControl(Buffer.from(JSON.stringify(written)))).toBeUndefined();
  });

  it('may say more than this version knows', () => {
    const written = { kind: 'resume', queue: 'a', by: 'b', at: 1, ticket: 'OPS-1' };
    expect(readControl(Buffer.from(JSON.stringify(written)))).toEqual({ kind: 'resume', queue: 'a', by: 'b', at: 1 });
  });

  it('is refused before it is written, with each wrong field', () => {
    const wrong = (): unknown => writeControl({ kind: 'pause', queue: '', by: '', at: 1, reason: 'r'.repeat(501) });
    expect(wrong).toThrow(InvalidOrderError);
    expect(wrong).toThrow(/queue: must be the name of a queue; reason: must have at most 500.*by: must say who asks/);
  });
});
