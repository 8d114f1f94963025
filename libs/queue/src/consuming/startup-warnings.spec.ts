import { z } from 'zod';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import type { TaskDefinition } from '../define-task';
import { QueueEvents } from '../events';
import { exceptOn } from '../run-policy';
import { TaskRegistry } from '../task-registry';
import { fixed } from './backoff';
import { warnOfDefinitions, warnOfMissingHandlers } from './startup-warnings';

const payload = z.string();
const backoff = fixed(100);
const retryIf = exceptOn(TypeError);
const slow = defineQueue({ name: 'slow', timeout: 2_000 });
const patient = defineQueue({ name: 'patient', backoff });
const eager = defineQueue({ name: 'eager', attempts: 5, backoff });

function warningsOf(...tasks: TaskDefinition[]): object[] {
  const events = new QueueEvents();
  const seen: object[] = [];
  for (const name of ['timeout.too-long', 'attempts.missing'] as const) events.on(name, (event) => seen.push(event));
  warnOfDefinitions(new TaskRegistry(tasks), 1_000, events);
  return seen;
}

describe('a worker that starts warns', () => {
  it('of a timeout that is longer than the broker waits', () => {
    expect(warningsOf(defineTask({ name: 'a', payload, queue: slow, timeout: 1_001 }))).toEqual([
      { name: 'a', timeout: 1_001, brokerAckTimeout: 1_000 },
      { name: 'slow', timeout: 2_000, brokerAckTimeout: 1_000 },
    ]);
  });

  it.each<[string, TaskDefinition, object[]]>([
    ['a backoff', defineTask({ name: 'a', payload, backoff }), [{ name: 'a', options: ['backoff'] }]],
    ['a retryIf', defineTask({ name: 'a', payload, retryIf }), [{ name: 'a', options: ['retryIf'] }]],
    [
      'both, and one attempt that was asked for',
      defineTask({ name: 'a', payload, queue: eager, attempts: 1, backoff: fixed(1), retryIf }),
      [{ name: 'a', options: ['backoff', 'retryIf'] }],
    ],
    [
      'a backoff of its queue',
      defineTask({ name: 'a', payload, queue: patient }),
      [{ name: 'patient', options: ['backoff'] }],
    ],
  ])('of %s that no second attempt makes use of', (_what, task, warnings) => {
    expect(warningsOf(task)).toEqual(warnings);
  });

  it('of nothing that is in use, or meant for others', () => {
    const tasks = [
      defineTask({ name: 'a', payload }),
      defineTask({ name: 'b', payload, attempts: 2, backoff, retryIf, timeout: 1_000 }),
      defineTask({ name: 'c', payload, queue: eager }),
      defineTask({ name: 'd', payload, queue: eager, attempts: 1 }),
      defineTask({ name: 'e', payload, queue: patient }),
      defineTask({ name: 'f', payload, queue: patient, attempts: 2 }),
    ];
    expect(warningsOf(...tasks)).toEqual([]);
  });

  it('of each task that it has no handler for', () => {
    const events = new QueueEvents();
    const seen: object[] = [];
    events.on('handler.missing', (event) => seen.push(event));
    const tasks = ['a', 'b'].map((name) => defineTask({ name, payload, queue: slow }));
    warnOfMissingHandlers(tasks, (name) => name === 'a', events);
    expect(seen).toEqual([{ name: 'b', queue: 'slow' }]);
  });
});
