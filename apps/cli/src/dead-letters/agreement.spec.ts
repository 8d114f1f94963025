import { PassThrough, Readable } from 'node:stream';
import { UsageError } from '../exit-codes';
import { Screen } from '../terminal/screen';
import { isAgreed, question } from './agreement';
import { commandOf } from './arguments';
import type { DeadLetterOptions } from './arguments';

type Dangerous = 'redrive' | 'purge';

/** What comes of it where somebody answers, or nobody is there to be asked, and what was asked. */
async function agreement(
  action: Dangerous,
  ids: readonly string[],
  options: DeadLetterOptions,
  answer?: string,
): Promise<{ isAgreed: boolean; asked: string }> {
  const tty = { isTTY: answer !== undefined };
  const stderr = Object.assign(new PassThrough(), tty);
  const stdin = Object.assign(Readable.from([`${answer ?? ''}\n`]), tty);
  const screen = new Screen({ stdin, stdout: new PassThrough(), stderr }, {});
  const signal = new AbortController().signal;
  const end = await isAgreed(commandOf(action, ids, options), action, screen, signal);
  return { isAgreed: end, asked: String(stderr.read() ?? '') };
}

describe('what redrives or throws away', () => {
  it.each<[Dangerous, string[], DeadLetterOptions]>([
    ['purge', ['a'], {}],
    ['purge', [], { all: true }],
    ['purge', [], { name: ['image.resize'], limit: 1 }],
    ['redrive', ['a', 'b'], {}],
    ['redrive', [], { all: true }],
    ['redrive', [], { queue: ['images'] }],
    ['redrive', [], { reason: ['timed-out'], limit: 2 }],
  ])(
    '%s %j %j asks, does nothing without a yes, and wants --yes where nobody is there',
    async (action, ids, options) => {
      const yes = await agreement(action, ids, options, 'y');
      expect(yes).toEqual({ isAgreed: true, asked: expect.stringMatching(/ Go on\? \[y\/N\]/) });
      const no = await agreement(action, ids, options, 'no');
      expect(no).toEqual({ isAgreed: false, asked: expect.stringMatching(/Nothing was (?:given back|thrown away)\./) });
      await expect(agreement(action, ids, options)).rejects.toThrow(UsageError);
      await expect(agreement(action, ids, options)).rejects.toThrow(/nobody is there to ask: add --yes\.$/);
      expect(await agreement(action, ids, { ...options, yes: true })).toEqual({ isAgreed: true, asked: '' });
      expect(await agreement(action, ids, { ...options, dryRun: true })).toEqual({ isAgreed: true, asked: '' });
    },
  );

  it.each<[Dangerous, string[], DeadLetterOptions]>([
    ['redrive', ['a'], {}],
    ['redrive', ['a', 'a'], {}],
    ['redrive', [], { queue: ['images'], limit: 1 }],
  ])('%s %j %j is of one, and asks nobody', async (action, ids, options) => {
    expect(await agreement(action, ids, options)).toEqual({ isAgreed: true, asked: '' });
  });

  it('says what it would do', () => {
    const since = Date.parse('2026-11-21T08:30:00Z');
    expect(question('purge', { queue: ['images', 'cpu'], reason: ['timed-out'], since, limit: 3 })).toBe(
      '3 dead letters at most of images, cpu, of reason timed-out, put aside since 2026-11-21 08:30:00Z ' +
        'would be thrown away for good. Go on?',
    );
    expect(question('redrive', { id: ['a', 'b\u001b[2J'], name: ['image.resize'] })).toBe(
      String.raw`All dead letters of all queues, named image.resize, with the id a or b\u001b[2J ` +
        'would be given back to the queues they came from, and run again. Go on?',
    );
  });
});
