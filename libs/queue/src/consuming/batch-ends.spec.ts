import { UnrecoverableError } from '../errors';
import type { BatchContext } from './batch-context';
import { endsOf } from './batch-ends';

const context = { name: 'index', queue: 'letters', tasks: [{}, {}] } as unknown as BatchContext;
const done = { status: 'fulfilled', value: 1 } as const;
const failed = { status: 'rejected', reason: new Error('no') } as const;

describe('what the handler of a batch answers', () => {
  it('is nothing when all are done', () => {
    expect(endsOf(undefined, context)).toEqual([]);
  });

  it('is the end of each task', () => {
    expect(endsOf([done, failed], context)).toEqual([done, failed]);
  });

  it.each([
    ['null', null, 'null'],
    ['a word', 'done', 'a string'],
    ['false', false, 'a boolean'],
    ['what an interceptor has wrapped', { data: [done, failed] }, 'an object with data'],
    ['an instance', new Date(), 'an object'],
    ['an end', failed, 'an object with status, reason'],
    ['too few ends', [failed], 'a list of 1 entries, 1 of them ends'],
    ['too many ends', [done, done, failed], 'a list of 3 entries, 3 of them ends'],
    ['a list of something else', ['a', 'b'], 'a list of 2 entries, 0 of them ends'],
    ['a list with something else', [failed, 'b'], 'a list of 2 entries, 1 of them ends'],
    ['no entries', [], 'a list of 0 entries, 0 of them ends'],
  ])('cannot be %s', (_what, answer, shape) => {
    const answered = (): unknown => endsOf(answer, context);
    expect(answered).toThrow(UnrecoverableError);
    expect(answered).toThrow(
      `The handler of a batch of 2 tasks ("index" in queue "letters") answered with ${shape}: it must return nothing`,
    );
  });
});
