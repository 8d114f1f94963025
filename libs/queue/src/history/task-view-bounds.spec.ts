import { Line } from '../line';
import type { LifecycleRecord } from './lifecycle-record';
import { TaskEntry } from './task-entry';
import { TaskView } from './task-view';

const NOW = Date.UTC(2026, 0, 31, 12);

const of = (id: string, at: number) => ({ id, queue: 'images', name: 'image.resize', at, worker: 'host-1-beef' });

describe('a view of 100,000 tasks', () => {
  let view: TaskView;

  beforeAll(() => {
    view = new TaskView();
    for (let index = 0; index < 120_000; index += 1) {
      const run = { ...of(`id-${index}`, NOW + index), attempt: 1 };
      if (index % 100 === 0) {
        const error = `Error: cannot open /images/${index}.png`;
        view.apply({ kind: 'dead-lettered', ...run, reason: 'failed', error });
      } else view.apply({ kind: 'completed', ...run, milliseconds: 10 });
    }
  });

  it('has no more, and finds among them', () => {
    expect(view.size).toBe(100_000);
    expect(view.search({ error: 'open' }, { limit: 10, offset: 0 })).toMatchObject({ total: 1_000 });
    expect(view.search({ words: ['id-11999'] }, { limit: 10, offset: 0 }).total).toBe(10);
  });

  it('makes no record of what a page does not show, wherever the page begins', () => {
    const made = jest.spyOn(TaskEntry.prototype, 'toRecord');
    const { tasks, total } = view.search({}, { limit: 10, offset: 60_000 });
    expect([tasks.length, total, made.mock.calls.length]).toEqual([10, 100_000, 10]);
    made.mockRestore();
  });
});

/** How many each collection of a view holds. */
function sizesOf(view: TaskView): Record<string, number> {
  const collections = Object.entries(view).filter(([, part]) => part instanceof Map || part instanceof Line);
  return Object.fromEntries(collections.map(([name, part]: [string, { size: number }]) => [name, part.size]));
}

/** Characters of the texts in something, those that are the same once. */
function charactersIn(value: unknown): number {
  const texts = new Set<string>();
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'string') texts.add(part);
    return part;
  });
  return [...texts].reduce((sum, { length }) => sum + length, 0);
}

describe('a view of a thousand tasks', () => {
  it.each(['completed', 'dead-lettered'] as const)(
    'is as small whatever is written of tasks that are %s, and however much',
    (kind) => {
      const view = new TaskView(1_000);
      for (let index = 0; index < 5_000; index += 1) {
        const text = (what: string, length = 500): string => `${what} ${index} `.padEnd(length, '.');
        const at = NOW + index;
        const worker = text('worker');
        const run = { id: text('id'), name: text('name'), queue: text('queue'), at, worker, attempt: 1 };
        const records: LifecycleRecord[] = [
          kind === 'completed'
            ? { kind, ...run, milliseconds: 10 }
            : { kind, ...run, reason: text('reason'), error: text('Error:'), stack: text('at', 4_000) },
          { kind: 'ordered', at, worker, what: 'cancel', target: text('nobody'), by: 'anna' },
          {
            kind: 'beat',
            at,
            worker,
            host: 'host',
            pid: 1,
            uptime: 1,
            lag: 0,
            rss: 1,
            every: 5_000,
            queues: [],
            running: [],
            dropped: 0,
          },
        ];
        for (const record of records) view.apply(record);
      }
      const { tasks, byUpdate, minutes = 0, texts = 0, earlyCancels = 0, ...others } = sizesOf(view);
      expect({ others, isAll: tasks === byUpdate }).toEqual({ others: {}, isAll: true });
      expect(tasks).toBeLessThan(1_000);
      expect(minutes).toBeLessThanOrEqual(500);
      expect(texts).toBeLessThanOrEqual(10_000);
      expect(earlyCancels).toBeLessThanOrEqual(1_000);
      expect(view.workers(NOW).length).toBeLessThanOrEqual(1_000);
      const found = view.search({}, { limit: Infinity, offset: 0 });
      expect(found.total).toBeGreaterThan(100);
      expect(charactersIn(found.tasks)).toBeLessThanOrEqual(1_000 * 1_000);
    },
  );
});
