import * as fc from 'fast-check';
import { z } from 'zod';
import { defineTask } from '../define-task';
import { InvalidPayloadError } from '../errors';
import { versionHeader } from './headers';
import { liftPayload, versionOf, versionProblem } from './lift-payload';

const task = defineTask({
  name: 'letter',
  version: 4,
  upcasters: { 2: (payload) => [payload, 3], 3: (payload) => [payload, 4] },
  payload: z.unknown(),
});

describe('the version of a payload', () => {
  it.each<[Record<string, unknown> | undefined, number]>([
    [undefined, 1],
    [{}, 1],
    [{ 'x-task-version': 3 }, 3],
    [{ 'x-task-version': '12' }, 12],
    [{ 'x-task-version': '0' }, 1],
    [{ 'x-task-version': 0 }, 1],
    [{ 'x-task-version': -2 }, 1],
    [{ 'x-task-version': 1.5 }, 1],
    [{ 'x-task-version': 'two' }, 1],
    [{ 'x-task-version': null }, 1],
    [{ 'x-task-version': {} }, 1],
  ])('is said by headers %j: %i', (headers, version) => {
    expect(versionOf(headers)).toBe(version);
  });

  it('is read as it was written', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1_000_000 }), (n) => versionOf(versionHeader(n)) === n));
    expect(versionHeader(1)).toEqual({});
  });
});

describe('a payload of another version', () => {
  it.each([
    [1, 'older-version', 'It is version 1 of "letter", which is at 4 here and has no upcaster from 1.'],
    [5, 'newer-version', 'It is version 5 of "letter", and this worker knows versions up to 4.'],
  ])('cannot be handled: %i', (version, reason, message) => {
    expect(versionProblem(task, version)).toMatchObject({ reason, message });
  });

  it.each([
    [2, [['a', 3], 4]],
    [3, ['a', 4]],
    [4, 'a'],
  ])('is lifted from version to version: %i', (version, lifted) => {
    expect(versionProblem(task, version)).toBeUndefined();
    expect(liftPayload(task, 'a', version)).toEqual(lifted);
  });

  it('is not valid where an upcaster throws', () => {
    const cause = new TypeError('there is no name');
    const failing = defineTask({
      name: 'letter',
      version: 2,
      upcasters: {
        1: () => {
          throw cause;
        },
      },
      payload: z.unknown(),
    });
    const lift = () => liftPayload(failing, 'a', 1);
    expect(lift).toThrow(InvalidPayloadError);
    expect(lift).toThrow('the upcaster from version 1 failed (TypeError: there is no name)');
    expect(lift).toThrow(expect.objectContaining({ cause }));
  });
});
