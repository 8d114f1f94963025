import * as fc from 'fast-check';
import { readTraceParent, traceIdOf, traceParentOfDead, writeTraceParent } from './trace-headers';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: digits / 2, maxLength: digits / 2 })
    .filter((bytes) => bytes.some((byte) => byte !== 0))
    .map((bytes) => Buffer.from(bytes).toString('hex'));

describe('a traceparent', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.constantFrom(0, 1), (traceId, spanId, traceFlags) => {
        expect(readTraceParent(writeTraceParent({ traceId, spanId, traceFlags }))).toEqual({
          traceId,
          spanId,
          traceFlags,
        });
      }),
    );
  });

  it.each([
    ['of a later version', `cc-${TRACE}-${SPAN}-01`],
    ['of a later version that says more', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be`],
    ['with flags that nobody knows', `00-${TRACE}-${SPAN}-ff`],
  ])('is understood %s', (_what, text) => {
    expect(readTraceParent(text)).toMatchObject({ traceId: TRACE, spanId: SPAN });
  });

  it.each([
    ['nothing', undefined],
    ['a number', 1],
    ['a list', [`00-${TRACE}-${SPAN}-01`]],
    ['an empty text', ''],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a version that there cannot be', `ff-${TRACE}-${SPAN}-01`],
    ['more than the first version has', `00-${TRACE}-${SPAN}-01-more`],
    ['no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a line end', `00-${TRACE}-${SPAN}-01\n`],
    ['a line end in what the future says', `cc-${TRACE}-${SPAN}-01-a\nb`],
    ['what has no end', `cc-${TRACE}-${SPAN}-01-${'x'.repeat(100_000)}`],
  ])('is none: %s', (_what, value) => {
    expect(readTraceParent(value)).toBeUndefined();
  });

  it('is none, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readTraceParent(text)).toBeUndefined();
      }),
    );
  });
});

describe('the trace of a message', () => {
  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ traceparent: 'x' }, undefined],
    [{ traceparent: `00-${TRACE}-${SPAN}-00` }, TRACE],
  ])('with the headers %j is %s', (headers, expected) => {
    expect(traceIdOf(headers)).toBe(expected);
  });
});

describe('the span that a redriven task is linked to', () => {
  const run = `00-${TRACE}-aaaaaaaaaaaaaaaa-01`;
  const adding = `00-${TRACE}-bbbbbbbbbbbbbbbb-01`;

  it.each([
    ['its last run', { 'x-dead-letter-traceparent': run, traceparent: adding }, run],
    ['its adding, where nobody traced its run', { traceparent: adding }, adding],
    ['its adding, where a stranger wrote nonsense', { 'x-dead-letter-traceparent': 7, traceparent: adding }, adding],
    ['none, where nobody traced it', { 'x-attempt': 1 }, undefined],
  ])('is %s', (_what, headers, expected) => {
    expect(traceParentOfDead(headers)).toBe(expected);
  });
});
