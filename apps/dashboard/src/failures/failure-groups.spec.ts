import type { DeadLetter, DeadLetterFilter, DeadLetterQueues } from '@app/queue';
import { FailureGroups } from './failure-groups';

const letter = (id: string, message: string, more: Partial<DeadLetter> = {}): DeadLetter =>
  ({
    id,
    queue: 'images',
    name: 'resize',
    reason: 'timed-out',
    error: { name: 'Error', message },
    ...more,
  }) as DeadLetter;

/** Dead-letter queues that hold these, and count how often they are read. A reading takes `took` milliseconds of the clock. */
function groupsOf(letters: readonly DeadLetter[], took = 0, cutOff: readonly string[] = []) {
  const seen = { readings: 0, now: 0, atOnce: 0, most: 0 };
  const deadLetters = {
    async *list() {
      seen.readings += 1;
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      await Promise.resolve();
      seen.now += took;
      yield* letters;
      seen.atOnce -= 1;
      return { total: letters.length, looked: letters.length, matched: letters.length, cutOff };
    },
    purge({ where }: DeadLetterFilter) {
      const meant = letters.filter((one) => where?.(one) !== false);
      return Promise.resolve({ matched: meant.length, done: meant.length, failed: 0, cutOff });
    },
  } as unknown as DeadLetterQueues;
  return { groups: new FailureGroups(deadLetters, () => seen.now), seen };
}

describe('failures in groups', () => {
  it('have the first and the last time, the latest error, and some ids', async () => {
    const letters = [7, 3, 9, 5, 1, 2].map((time) => letter(`id-${time}`, `disk ${time}`, { time }));
    const { groups } = await groupsOf(letters).groups.read(undefined, 6);
    expect(groups).toEqual([
      expect.objectContaining({
        count: 6,
        first: 1,
        last: 9,
        error: 'Error: disk 2',
        ids: ['id-7', 'id-3', 'id-9', 'id-5', 'id-1'],
      }),
    ]);
  });

  it('are told apart by queue, task and reason', async () => {
    const one = letter('a', 'x');
    const others = [
      { queue: 'mails' },
      { name: 'crop' },
      { name: undefined },
      { reason: 'expired' },
      { error: undefined },
    ];
    const { groups } = await groupsOf([one, ...others.map((more) => letter('b', 'x', more))]).groups.read(undefined, 6);
    expect(groups).toHaveLength(6);
    expect(new Set(groups.map(({ key }) => key)).size).toBe(6);
  });

  it('are told two hundred at most, the largest', async () => {
    const lettersFor = (digit: string): string => 'abcdefghij'[Number(digit)] ?? '';
    const words = Array.from({ length: 300 }, (_word, index) => String(index).replaceAll(/\d/g, lettersFor));
    const { groups, seen } = groupsOf([...words.map((word) => letter(word, word)), letter('again', 'bcd')]);
    const reading = await groups.read(undefined, 301);
    expect([reading.groups.length, reading.total, reading.groups[0]?.count]).toEqual([200, 301, 2]);
    expect(seen.readings).toBe(1);
  });

  it('are read once for all who ask, and again when the count is another', async () => {
    const { groups, seen } = groupsOf([letter('a', 'x')]);
    await Promise.all([groups.read(undefined, 1), groups.read(undefined, 1)]);
    seen.now = 30_000;
    await groups.read(undefined, 1);
    expect(seen.readings).toBe(1);
    await groups.read(undefined, 2);
    expect(seen.readings).toBe(2);
    seen.now = 100_000;
    await groups.read(undefined, 2);
    expect(seen.readings).toBe(3);
  });

  it('are read a sixth of the time at most while they change all the time', async () => {
    const { groups, seen } = groupsOf([letter('a', 'x')], 2_000);
    await groups.read(undefined, 1);
    seen.now = 13_000;
    await groups.read(undefined, 2);
    expect(seen.readings).toBe(1);
    seen.now = 14_000;
    await groups.read(undefined, 3);
    expect(seen.readings).toBe(2);
  });

  it('are never read by two at the same time: one does not see what the other has in hand', async () => {
    const { groups, seen } = groupsOf([letter('a', 'x')]);
    const acting = groups.act('redrive', { key: 'none', queue: 'images' }, true, 'anna');
    await Promise.all([groups.read(undefined, 1), groups.read('images', 1), acting]);
    expect([seen.readings, seen.most]).toEqual([3, 1]);
  });

  it('are acted on by their kind, also where one of another kind has the same id', async () => {
    const { groups } = groupsOf([letter('a', 'one'), letter('a', 'two'), letter('b', 'one')]);
    const [group] = (await groups.read(undefined, 3)).groups;
    const meant = { key: group?.key ?? '', queue: 'images' };
    const both = { matched: 2, failed: 0, left: 0, cutOff: [] };
    expect(await groups.act('purge', meant, true, 'ada')).toEqual({ ...both, done: 0 });
    expect(await groups.act('purge', meant, false, 'ada')).toEqual({ ...both, done: 2 });
  });

  it('are acted on as far as somebody was told of them: what came since stays, and is told', async () => {
    const letters = [letter('a', 'one'), letter('b', 'two'), letter('c', 'one')];
    const { groups } = groupsOf(letters);
    const [group] = (await groups.read(undefined, 3)).groups;
    const meant = { key: group?.key ?? '', queue: 'images' };
    const { matched: limit } = await groups.act('purge', meant, true, 'ada');
    letters.push(letter('d', 'one'), letter('e', 'one'), letter('f', 'two'));
    const result = await groups.act('purge', { ...meant, limit }, false, 'ada');
    expect(result).toEqual({ matched: 2, done: 2, failed: 0, left: 2, cutOff: [] });
    const none = await groups.act('purge', { ...meant, limit: 0 }, false, 'ada');
    expect(none).toEqual({ matched: 0, done: 0, failed: 0, left: 4, cutOff: [] });
  });

  it('say of themselves that not all of the queue was looked at', async () => {
    const { groups } = groupsOf([letter('a', 'one')], 0, ['images']);
    const [group] = (await groups.read(undefined, 1)).groups;
    const meant = { key: group?.key ?? '', queue: 'images' };
    const cut = { matched: 1, failed: 0, left: 0, cutOff: ['images'] };
    expect(await groups.act('purge', meant, true, 'ada')).toEqual({ ...cut, done: 0 });
    expect(await groups.act('purge', meant, false, 'ada')).toEqual({ ...cut, done: 1 });
  });

  it.each([
    ['each has one of its own', [letter('a', 'one', { deadLetterId: 'dead-a' }), letter('a', 'two')], ['dead-a']],
    ['one is that of a whole message', [letter('a', 'one'), letter('b', 'two')], ['a']],
    ['another kind has it too', [letter('a', 'one'), letter('b', 'two', { deadLetterId: 'a' })], undefined],
    ['there are many', ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => letter(id, 'one')), undefined],
  ])('give their ids for a command line if they mean them alone: %s', async (_what, letters, ids) => {
    const { groups } = groupsOf(letters);
    const [group] = (await groups.read(undefined, letters.length)).groups;
    expect((await groups.act('purge', { key: group?.key ?? '', queue: 'images' }, true, 'ada')).ids).toEqual(ids);
  });
});
