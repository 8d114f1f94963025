import type { LifecycleRecord } from './lifecycle-record';
import { TaskView } from './task-view';

const NOW = Date.UTC(2026, 0, 31, 12);

const added = (id: string) =>
  ({ kind: 'added', id, queue: 'images', name: 'image.resize', at: NOW, worker: 'host-1-beef' }) as const;

function delayed(id: string, delay: number): LifecycleRecord {
  return { ...added(id), delay };
}

describe('what is due next', () => {
  it('is told in the order in which it is due, of all that waits, however many were heard of since', () => {
    const view = new TaskView();
    view.apply(delayed('first', 500));
    for (let index = 1; index <= 9_000; index += 1) view.apply(delayed(String(index), index * 1_000));
    view.apply(added('queued'));
    const { tasks, total } = view.nextDue(3);
    expect([tasks.map(({ id }) => id), total]).toEqual([['first', '1', '2'], 9_001]);
    expect(view.nextDue(0)).toEqual({ tasks: [], total: 9_001 });
  });

  it('has tasks that wait for their next attempt, and none that run', () => {
    const view = new TaskView();
    const run = { id: 'again', queue: 'images', at: NOW, worker: 'host-1-beef', attempt: 1 };
    view.apply({ kind: 'retrying', ...run, nextAttempt: 2, delay: 500, error: 'Error: no' });
    expect(view.nextDue(10).tasks).toMatchObject([{ id: 'again', state: 'retrying', dueAt: NOW + 500 }]);
    view.apply({ kind: 'started', ...run, at: NOW + 600, attempt: 2 });
    expect(view.nextDue(10)).toEqual({ tasks: [], total: 0 });
  });
});
