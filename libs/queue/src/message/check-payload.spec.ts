import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { defineTask } from '../define-task';
import { InvalidPayloadError } from '../errors';
import { checkPayload } from './check-payload';

/** A Standard Schema of any library, or of none. */
function schema(validate: StandardSchemaV1['~standard']['validate']): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

/** Whether it throws or rejects, at once or later, is the same to whoever waits for it. */
const check = async (...args: Parameters<typeof checkPayload>): Promise<unknown> => checkPayload(...args);

const taskOf = (payload: StandardSchemaV1) => defineTask({ name: 'checked', payload });

const address = z.object({ city: z.string(), lines: z.array(z.object({ text: z.string() })) });

describe('checking a payload', () => {
  it('gives what the schema gives: defaults filled in, unknown fields as the schema likes them', async () => {
    const task = taskOf(z.object({ width: z.number().default(320), name: z.string().trim() }));
    expect(await check(task, { name: ' a ', other: 1 })).toEqual({ width: 320, name: 'a' });
  });

  it('is there at once when the schema is', () => {
    expect(checkPayload(taskOf(z.number()), 1)).toBe(1);
  });

  it('waits for a schema that takes its time', async () => {
    const task = taskOf(schema(async (value) => ({ value: [value] })));
    expect(await check(task, 1)).toEqual([1]);
  });

  it('names every wrong field by its path', async () => {
    const checking = check(taskOf(address), { city: 7, lines: [{ text: 'ok' }, {}] });
    await expect(checking).rejects.toThrow(InvalidPayloadError);
    await expect(checking).rejects.toMatchObject({
      taskName: 'checked',
      problems: [{ path: 'city' }, { path: 'lines.1.text' }],
    });
  });

  it.each<[string, StandardSchemaV1.Issue['path'], string]>([
    ['no path', undefined, ''],
    ['an empty path', [], ''],
    ['keys', ['a', 0, 'b'], 'a.0.b'],
    ['segments', [{ key: 'a' }, { key: 1 }], 'a.1'],
    ['a symbol', [Symbol('secret')], 'Symbol(secret)'],
  ])('reads an issue with %s', async (_what, path, expected) => {
    const task = taskOf(schema(() => ({ issues: [{ message: 'no', ...(path === undefined ? {} : { path }) }] })));
    await expect(check(task, 1)).rejects.toMatchObject({ problems: [{ path: expected, message: 'no' }] });
  });

  it.each<[string, StandardSchemaV1['~standard']['validate']]>([
    [
      'throws',
      () => {
        throw new TypeError('a defect');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('a defect'))],
  ])('a schema that %s has not accepted the payload', async (_how, validate) => {
    const checking = check(taskOf(schema(validate)), 1);
    await expect(checking).rejects.toThrow(InvalidPayloadError);
    await expect(checking).rejects.toMatchObject({ cause: new TypeError('a defect') });
  });
});
