import { z } from 'zod';
import { fieldProblems, problemsWithin } from './field-problems';

function problemsOf(schema: z.ZodType, value: unknown, prefix?: string) {
  return fieldProblems(schema.safeParse(value).error?.issues ?? [], prefix);
}

describe('the problems of fields', () => {
  const schema = z.strictObject({ to: z.array(z.strictObject({ name: z.string('must be text') })) });

  it('are named by dotted paths', () => {
    expect(problemsOf(schema, { to: [{ name: 'a' }, { name: 1 }] })).toEqual([
      { path: 'to.1.name', message: 'must be text' },
    ]);
    expect(problemsOf(z.string('must be text'), 1, 'payload')).toEqual([{ path: 'payload', message: 'must be text' }]);
  });

  it('name each unknown field by its own path', () => {
    expect(problemsOf(schema, { to: [{ name: 'a', x: 1, y: 2 }], z: 3 }, 'payload')).toEqual([
      { path: 'payload.to.0.x', message: 'is not a known field' },
      { path: 'payload.to.0.y', message: 'is not a known field' },
      { path: 'payload.z', message: 'is not a known field' },
    ]);
  });

  it('understand the path segments of any Standard Schema', () => {
    const issues = [{ message: 'wrong', path: [{ key: 'a' }, 0, Symbol('b')] }];
    expect(fieldProblems(issues)).toEqual([{ path: 'a.0.Symbol(b)', message: 'wrong' }]);
  });

  it('are at most a hundred, with paths of at most 200 characters', () => {
    const record = z.record(z.string(), z.array(z.int()));
    const problems = problemsOf(record, { ['k'.repeat(100_000)]: Array.from({ length: 500 }, () => 'x') });
    expect(problems).toHaveLength(100);
    expect(new Set(problems.map(({ path }) => path.length))).toEqual(new Set([200]));
    expect(
      problemsOf(z.strictObject({}), Object.fromEntries(Array.from({ length: 500 }, (_, n) => [n, n]))),
    ).toHaveLength(100);
  });

  it('have messages of at most 200 characters, which may repeat a name', () => {
    const issues = [{ message: 'k'.repeat(5_000) }];
    const messages = [
      ...fieldProblems(issues),
      ...problemsWithin('payload', [{ path: '', message: 'k'.repeat(5_000) }]),
    ];
    expect(messages.map(({ message }) => message.length)).toEqual([200, 200]);
  });

  it('move into a field', () => {
    expect(
      problemsWithin('payload', [
        { path: 'a', message: 'm' },
        { path: '', message: 'n' },
      ]),
    ).toEqual([
      { path: 'payload.a', message: 'm' },
      { path: 'payload', message: 'n' },
    ]);
  });
});
