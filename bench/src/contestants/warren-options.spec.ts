import { defineTask } from '@app/queue';
import { settingsOf } from '@app/queue/queue.options';
import { z } from 'zod';
import type { Job, Kind } from '../job';
import { optionsFor, taskFor } from './warren-options';

const kinds: Kind[] = ['add', 'add-bulk', 'fill', 'handle', 'send', 'receive', 'work', 'start'];

const jobOf = (kind: Kind): Job => ({
  kind,
  broker: { amqp: 'amqp://guest:guest@127.0.0.1:20000' },
  queue: 'bench.q',
  queueType: 'quorum',
  count: 1,
  outstanding: 256,
  concurrency: 64,
});

describe('Warren as it is measured', () => {
  it.each(kinds)('has its default settings with %s, but for the broker and the concurrency', (kind) => {
    const options = optionsFor(jobOf(kind));
    const byDefault = settingsOf({ tasks: [] });
    expect(settingsOf(options)).toEqual({ ...byDefault, urls: options.urls, concurrency: 64 });
    expect(Object.keys(options).toSorted()).toEqual(['concurrency', 'tasks', 'urls']);
  });

  it.each(kinds)('has a task that says nothing with %s but its queue and what it carries', (kind) => {
    const task = taskFor(jobOf(kind));
    const {
      queue,
      payload: _payload,
      ...plain
    } = defineTask({ name: task.name, queue: 'bench.q', payload: z.object({}) });
    expect(task).toEqual({ ...plain, queue: { ...queue, type: 'quorum' }, payload: task.payload });
  });

  it('checks what its tasks carry', () => {
    expect(taskFor(jobOf('handle')).payload.safeParse({ text: 1 }).success).toBe(false);
    expect(taskFor(jobOf('receive')).payload.safeParse({ at: 'now' }).success).toBe(false);
    expect(taskFor(jobOf('work')).payload.safeParse({ milliseconds: 1, how: 'sleep' }).success).toBe(false);
    expect(taskFor(jobOf('add')).payload.safeParse({ text: 'x' }).success).toBe(true);
  });
});
