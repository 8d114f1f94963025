import { InvalidOrderError } from '@app/queue/operating';
import { UsageError } from '../exit-codes';
import { exitCodeOf } from './desk';
import type { Desk } from './desk';
import { queues } from './queues';
import { cancel, pause, quietWorker, resume, stopWorker } from './steer';
import { task } from './task';

/** A desk at which somebody answers a question so, or nobody is; and what was ordered. */
function deskWith(answer?: boolean): {
  desk: Desk;
  ordered: unknown[];
  asked: string[];
  noted: string[];
  written: unknown[];
} {
  const ordered: unknown[] = [];
  const noted: string[] = [];
  const asked: string[] = [];
  const written: unknown[] = [];
  const order =
    (what: string) =>
    (target: unknown): Promise<unknown> =>
      Promise.resolve(ordered.push([what, target]));
  const steering = {
    cancel: order('cancel'),
    pause: order('pause'),
    resume: order('resume'),
    quiet: order('quiet'),
    stop: order('stop'),
  };
  const screen = {
    isAttended: answer !== undefined,
    agrees: (question: string) => Promise.resolve(asked.push(question) > 0 && answer),
    note: (text: string) => noted.push(text),
    json: (value: unknown) => Promise.resolve(written.push(value)),
  };
  const workers = [{ worker: 'web1-4711-a3f0', state: 'alive' }];
  const desk = {
    registry: { queues: [{ name: 'images' }] },
    screen,
    operator: 'anna',
    reach: () => Promise.resolve({ operations: { steering } }),
    recent: () => Promise.resolve({ view: { workers: () => workers } }),
  };
  return { desk: desk as unknown as Desk, ordered, asked, noted, written };
}

describe('cancelling', () => {
  it('one task asks nobody, also when it is named twice', async () => {
    const { desk, ordered, noted } = deskWith();
    expect(await cancel(desk, {}, ['a', 'a'])).toBe(0);
    expect(ordered).toEqual([['cancel', ['a']]]);
    expect(noted).toEqual([expect.stringMatching(/^The cancel of a is ordered: .* never was, stays as it is\.$/)]);
  });

  it('several asks, does nothing without a yes, and wants --yes where nobody is there', async () => {
    const [yes, no, alone, agreed] = [deskWith(true), deskWith(false), deskWith(), deskWith()];
    expect(await cancel(yes.desk, {}, ['a', 'b'])).toBe(0);
    expect(yes.asked).toEqual([expect.stringContaining('2 tasks')]);
    expect(await cancel(no.desk, {}, ['a', 'b'])).toBe(1);
    await expect(cancel(alone.desk, {}, ['a', 'b'])).rejects.toThrow(UsageError);
    expect(await cancel(agreed.desk, { yes: true }, ['a', 'b'])).toBe(0);
    expect([yes, no, alone, agreed].map(({ ordered }) => ordered.length)).toEqual([1, 0, 0, 1]);
  });
});

describe('for programs', () => {
  it.each([
    ['cancel', cancel, ['a', 'b'], [{ id: 'a' }, { id: 'b' }]],
    ['pause', pause, ['images'], [{ queue: 'images', reason: 'full' }]],
    ['resume', resume, ['images'], [{ queue: 'images' }]],
    ['quiet', quietWorker, ['web1'], [{ worker: 'web1-4711-a3f0' }]],
    ['stop', stopWorker, ['web1'], [{ worker: 'web1-4711-a3f0' }]],
  ])('a %s is an order, and no word says that it was carried out', async (order, command, names, about) => {
    const { desk, written, noted } = deskWith();
    expect(await command(Object.assign(desk, { json: true }), { yes: true, reason: 'full' }, names)).toBe(0);
    expect(written).toEqual(about.map((facts) => ({ order, ...facts, outcome: 'ordered', by: 'anna' })));
    expect(noted).toEqual([]);
  });
});

describe('an empty name', () => {
  it.each([
    ['a task', cancel],
    ['one of several tasks', (desk: Desk) => cancel(desk, { yes: true }, ['a', ''])],
    ['a queue to pause', pause],
    ['a queue to resume', resume],
    ['a worker to quiet', quietWorker],
    ['a worker to stop', stopWorker],
    ['a task to look at', task],
    ['a queue to look at', queues],
  ])('is not that of %s, and all of them are not meant', async (_what, command) => {
    const { desk, ordered } = deskWith(true);
    await expect(command(desk, { yes: true }, [''])).rejects.toThrow(UsageError);
    expect(ordered).toEqual([]);
  });
});

describe('the exit code', () => {
  it('of an order that says too little is that of wrong usage, and of an unknown queue that nothing matched', async () => {
    expect(exitCodeOf(new InvalidOrderError([{ path: 'reason', message: 'must have at most 500 characters' }]))).toBe(
      2,
    );
    expect(await pause(deskWith(true).desk, {}, ['nothing'])).toBe(4);
    expect(await resume(deskWith(true).desk, {}, ['nothing'])).toBe(4);
  });
});
