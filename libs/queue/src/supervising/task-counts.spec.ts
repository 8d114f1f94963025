import { QueueEvents } from '../events';
import type { TaskFacts } from '../events';
import { countTasks } from './task-counts';

const task: TaskFacts = { id: 'id-1', name: 'one', queue: 'a', attempt: 1, redelivered: false };

it('counts what becomes of tasks: done, to be tried again, put aside', () => {
  const events = new QueueEvents();
  const counts = countTasks(events);
  expect(counts).toEqual({ completed: 0, retrying: 0, 'dead-lettered': 0 });
  events.emit('task.started', task);
  for (const milliseconds of [1, 2, 3]) events.emit('task.completed', { ...task, milliseconds });
  for (const nextAttempt of [2, 3])
    events.emit('task.retrying', { ...task, nextAttempt, delay: 100, error: 'Error: no' });
  events.emit('task.dead-lettered', { ...task, reason: 'rejected', error: 'Error: no' });
  events.emit('task.lost', { ...task, why: 'its channel closed' });
  expect(counts).toEqual({ completed: 3, retrying: 2, 'dead-lettered': 1 });
});
