import type { QueueRecord, TaskRecord } from '@app/queue/operating';
import { frameOf, sparkline } from './frame';
import type { Picture } from './frame';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const plain = (_style: string, text: string): string => text;

const task = (id: string, facts: Partial<TaskRecord>): TaskRecord => ({
  id,
  name: 'image.resize',
  queue: 'images',
  state: 'running',
  updatedAt: NOW - 2_000,
  attempt: 1,
  attempts: [],
  ...facts,
});

const picture: Picture = {
  broker: { product: 'RabbitMQ', version: '3.10.8', url: 'amqp://me:***@there', milliseconds: 1 },
  counts: {
    queues: [
      { queue: 'images', state: 'there', ready: 1_204, consumers: 2, dead: 3, quarantined: 0, problems: [] },
      {
        queue: 'cpu',
        state: 'missing',
        ready: undefined,
        consumers: undefined,
        dead: undefined,
        quarantined: undefined,
        problems: [],
      },
    ],
    delayed: 0,
    undelivered: 0,
  },
  queues: [
    {
      queue: 'images',
      running: 8,
      queued: 1_204,
      delayed: 0,
      retrying: 0,
      deadLettered: 3,
      oldest: 42_000,
      workers: 2,
      donePerSecond: 41.23,
      failed: 1,
      wait: { p50: 10, p95: 38_000 },
      run: { p50: 100, p95: 310 },
      sparkline: [0, 1, 4],
    },
  ],
  workers: [],
  running: [task('running-1', { progress: { fraction: 0.4, note: 'decoded', at: NOW } })],
  failed: [task('dead-1', { state: 'dead-lettered', error: 'Error: no\u001b[2J space\nmore' })],
  problem: undefined,
  now: NOW,
};

const cells = (line: string): string[] => line.trim().split(/ {2,}/);

describe('a picture of the live screen', () => {
  it('answers what piles up, what runs, and what failed', () => {
    expect(frameOf(picture, plain).map(cells)).toEqual([
      ['warren top', 'RabbitMQ 3.10.8 at amqp://me:***@there', '0 workers', '2026-11-21 12:00:00Z', 'q quits'],
      [''],
      ['QUEUE', 'READY', 'RUNNING', 'OLDEST', 'CONSUMERS', 'DONE/S', 'WAIT P95', 'RUN P95', 'DEAD', 'DONE, 15 MIN'],
      ['images', '1,204', '8', '42s', '2', '41.2', '38s', '310ms', '3', '▂█'],
      ['cpu', '-', '-', '-', '-', '-', '-', '-', '-'],
      [''],
      ['running'],
      ['ID', 'TASK', 'STATE', 'ATTEMPT', 'HEARD OF'],
      ['running-1', 'image.resize', 'running', '1', '2.0s ago', '40 % decoded'],
      [''],
      ['failed last'],
      ['ID', 'TASK', 'STATE', 'ATTEMPT', 'HEARD OF'],
      ['dead-1', 'image.resize', 'dead-lettered', '1', '2.0s ago', String.raw`Error: no\u001b[2J space`],
      [''],
    ]);
  });

  it('has no age of what waits where the broker says that nothing is ready, and marks one that is the least it can be', () => {
    const ageOf = (ready: number, told: object): string | undefined => {
      const queues = picture.counts.queues.map((queue) => ({ ...queue, ready }));
      const [known] = picture.queues;
      const changed = { counts: { ...picture.counts, queues }, queues: [{ ...known, ...told } as QueueRecord] };
      return cells(frameOf({ ...picture, ...changed }, plain)[3] ?? '')[3];
    };
    expect([ageOf(0, {}), ageOf(3, { isAtLeast: true })]).toEqual(['-', '≥42s']);
  });

  it('lists eight tasks of a kind at most, the first ones, and every queue', () => {
    const many = (kind: string): TaskRecord[] =>
      Array.from({ length: 50 }, (_task, index) => task(`${kind}-${index}`, {}));
    const queues = picture.counts.queues
      .slice(0, 1)
      .flatMap((queue) => Array.from({ length: 30 }, (_queue, index) => ({ ...queue, queue: `q-${index}` })));
    const all = { ...picture, counts: { ...picture.counts, queues }, running: many('running'), failed: many('dead') };
    const listed = frameOf(all, plain).map((line) => cells(line)[0] ?? '');
    const of = (kind: RegExp): string[] => listed.filter((id) => kind.test(id));
    const eight = (kind: string): string[] =>
      many(kind)
        .map(({ id }) => id)
        .slice(0, 8);
    expect({ running: of(/^running-/), dead: of(/^dead-/) }).toEqual({
      running: eight('running'),
      dead: eight('dead'),
    });
    expect(of(/^q-/)).toHaveLength(30);
  });

  it('says what is wrong, and which workers are lost', () => {
    const lost = {
      worker: 'web1-1-beef',
      host: 'web1',
      pid: 1,
      uptime: 1,
      lag: 0,
      rss: 0,
      every: 5_000,
      queues: [],
      running: [],
      dropped: 0,
      state: 'lost',
      beatAt: 0,
      startedAt: 0,
    } as const;
    const [head, problem] = frameOf({ ...picture, workers: [lost], problem: 'the broker is away' }, plain);
    expect(head).toContain('0 workers, 1 lost');
    expect(problem).toBe('the broker is away');
  });
});

describe('a little chart', () => {
  it('is as high as its highest', () => {
    expect(sparkline([0, 1, 2, 4])).toBe(' ▂▄█');
    expect(sparkline([])).toBe('');
    expect(sparkline([0, 0])).toBe('  ');
    expect(sparkline(Array.from({ length: 40 }, () => 1))).toBe('█'.repeat(15));
  });
});
