import { PassThrough } from 'node:stream';
import type { BrokerCounts, BrokerFacts, QueueOperations, TaskSearch } from '@app/queue/operating';
import { UsageError } from '../exit-codes';
import { Screen } from '../terminal/screen';
import { picturesOf } from '../top/pictures';
import type { Desk } from './desk';
import { top } from './top';

const broker: BrokerFacts = { product: 'RabbitMQ', version: '4.0.5', url: 'amqp://me:***@there', milliseconds: 1 };
const countsOf = (ready: number): BrokerCounts => ({
  queues: [{ queue: 'images', state: 'there', ready, consumers: 1, dead: 0, quarantined: 0, problems: [] }],
  delayed: 0,
  undelivered: 0,
});

/** Operations that count so many ready tasks, one answer after the other; a text is what asking fails with. */
function operationsOf(...answers: readonly (number | string)[]): QueueOperations {
  const left = [...answers];
  const told = { queue: 'images', running: 2, workers: 1, oldest: 42_000, donePerSecond: 3, run: { p50: 1, p95: 2 } };
  const task = { id: 'a', name: 'image.resize', state: 'running' };
  return {
    counts: async () => {
      const answer = left.shift() ?? 0;
      if (typeof answer === 'string') throw new Error(answer);
      return countsOf(answer);
    },
    history: {
      open: async () => undefined,
      state: 'live',
      view: {
        queues: () => [told],
        workers: () => [],
        search: ({ states }: TaskSearch) => ({ tasks: states?.has('running') === true ? [task] : [] }),
      },
    },
  } as unknown as QueueOperations;
}

/** The command, off a terminal. */
function begun(json: boolean, operations = operationsOf(7)) {
  const stdout = new PassThrough();
  const end = new AbortController();
  const screen = new Screen({ stdin: new PassThrough(), stdout, stderr: new PassThrough() }, {});
  const desk = { screen, signal: end.signal, json, reach: async () => ({ operations, broker }) };
  return { stdout, end, code: top(desk as unknown as Desk) };
}

describe('warren top', () => {
  it('writes, for programs, how everything stands as a line of JSON, until it is told to end', async () => {
    const { stdout, end, code } = begun(true);
    const [line = '', rest] = String(await new Promise((resolve) => stdout.once('data', resolve))).split('\n');
    end.abort();
    expect(await code).toBe(0);
    expect(rest).toBe('');
    expect(JSON.parse(line)).toEqual({
      at: expect.any(Number),
      broker,
      delayed: 0,
      undelivered: 0,
      queues: [
        {
          queue: 'images',
          state: 'there',
          ready: 7,
          consumers: 1,
          dead: 0,
          quarantined: 0,
          problems: [],
          running: 2,
          oldest: 42_000,
          donePerSecond: 3,
          workers: 1,
          run: { p50: 1, p95: 2 },
        },
      ],
      workers: [],
      running: [{ id: 'a', name: 'image.resize', state: 'running' }],
      failed: [],
    });
  });

  it('wants a terminal for people, and says what is for programs', async () => {
    await expect(begun(false).code).rejects.toThrow(
      new UsageError('top wants a terminal; with --json it writes a line a second for programs.'),
    );
  });
});

describe('the pictures of warren top', () => {
  it('come again and again, with what is wrong meanwhile beside the last counts', async () => {
    const end = new AbortController();
    const seen: unknown[] = [];
    const operations = operationsOf('the broker is away', 9);
    for await (const { counts, problem } of picturesOf(operations, { broker, counts: countsOf(8) }, end.signal, 0)) {
      seen.push([counts.queues[0]?.ready, problem]);
      if (seen.length === 3) end.abort();
    }
    expect(seen).toEqual([
      [8, undefined],
      [8, 'the broker is away'],
      [9, undefined],
    ]);
  });
});
