import {
  DeadLetterQueues,
  defineQueue,
  defineTask,
  fixed,
  Steering,
  TaskContext,
  UnrecoverableError,
} from '@app/queue';
import type { QueueEventMap, TaskDefinition } from '@app/queue';
import { Controller } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { TestWorker } from '../worker';
import type { Desk } from './desk';
import type { Scenario } from './scenario';

const TOLD = ['task.completed', 'task.retrying', 'task.dead-lettered', 'task.cancelled'] as const;

/** How each run ended, in its order. */
function ends(worker: TestWorker): unknown[] {
  return worker.events
    .filter(({ event }) => TOLD.some((name) => name === event))
    .map((event) => {
      const { event: name, attempt } = event as { event: string } & QueueEventMap['task.completed'];
      const { delay, reason } = event as Partial<QueueEventMap['task.retrying'] & QueueEventMap['task.dead-lettered']>;
      return [name, attempt, ...(delay === undefined ? [] : [delay]), ...(reason === undefined ? [] : [reason])];
    });
}

/** A controller whose handler of one task does this. */
function handlerOf(task: TaskDefinition, handle: (payload: unknown, context: TaskContext) => unknown): Type {
  @Controller()
  class Handler {
    @EventPattern<string>(task.name)
    run(@Payload() payload: unknown, @Ctx() context: TaskContext): unknown {
      return handle(payload, context);
    }
  }
  return Handler;
}

async function create(desk: Desk, task: TaskDefinition, controllers: Type[], options = {}): Promise<TestWorker> {
  const { url, connector } = desk.world;
  return TestWorker.create({
    urls: [url],
    tasks: [task],
    controllers,
    ...(connector === undefined ? {} : { connector }),
    ...options,
  });
}

function seen(desk: Desk, worker: TestWorker, count: number): Promise<void> {
  return desk.world.until(`${count} ends`, () => ends(worker).length >= count);
}

/** Warren itself on top of it: attempts, delays, dead letters, orders. */
export const working: readonly Scenario[] = [
  {
    name: 'a task that fails is tried again after its backoff, and completes',
    run: async (desk) => {
      const task = defineTask({
        name: desk.name('retry'),
        queue: desk.name('work'),
        payload: z.string(),
        attempts: 3,
        backoff: fixed(100),
      });
      const attempts: unknown[] = [];
      const handler = handlerOf(task, (payload, { attempt, isLastAttempt, headers }) => {
        attempts.push([payload, attempt, isLastAttempt, headers['x-retry-delay'] ?? 0]);
        if (attempt < 3) throw new Error('not yet');
      });
      const worker = await create(desk, task, [handler]);
      try {
        await worker.listen();
        await worker.queue.add(task, 'a');
        await seen(desk, worker, 3);
        return [attempts, ends(worker)];
      } finally {
        await worker.close();
      }
    },
    expected: [
      [
        ['a', 1, false, 0],
        ['a', 2, false, 100],
        ['a', 3, true, 100],
      ],
      [
        ['task.retrying', 1, 100],
        ['task.retrying', 2, 100],
        ['task.completed', 3],
      ],
    ],
  },
  {
    name: 'a task that cannot work is put aside with its reason, and given back from there it runs again',
    run: async (desk) => {
      const task = defineTask({ name: desk.name('dead'), queue: desk.name('work'), payload: z.string() });
      let isMended = false;
      const handler = handlerOf(task, () => {
        if (!isMended) throw new UnrecoverableError('no such file');
      });
      const worker = await create(desk, task, [handler]);
      try {
        await worker.listen();
        await worker.queue.add(task, 'a', { id: 'task-1' });
        await desk.world.until('a dead letter', () => worker.seen('task.dead-lettered').length === 1);
        const dead = worker.app.get(DeadLetterQueues);
        const letters: unknown[] = [];
        for await (const { id, reason, error, attempt, bytes } of dead.list({ queue: desk.name('work') })) {
          letters.push([id, reason, error, attempt, bytes > 0]);
        }
        isMended = true;
        const { done } = await dead.redrive({ queue: desk.name('work') });
        await seen(desk, worker, 2);
        return [letters, done, ends(worker)];
      } finally {
        await worker.close();
      }
    },
    expected: [
      [['task-1', 'unrecoverable', { name: 'UnrecoverableError', message: 'no such file' }, 1, true]],
      1,
      [
        ['task.dead-lettered', 1, 'unrecoverable'],
        ['task.completed', 1],
      ],
    ],
  },
  {
    name: 'delayed tasks come when they are due, and not in the order they were added',
    run: async (desk) => {
      const task = defineTask({ name: desk.name('delay'), queue: desk.name('work'), payload: z.string() });
      const order: unknown[] = [];
      const handler = handlerOf(task, (payload) => void order.push(payload));
      const worker = await create(desk, task, [handler]);
      try {
        await worker.listen();
        await Promise.all([
          worker.queue.add(task, 'third', { delay: 700 }),
          worker.queue.add(task, 'second', { delay: 400 }),
          worker.queue.add(task, 'first', { delay: 100 }),
          worker.queue.add(task, 'now'),
        ]);
        await desk.world.until('four runs', () => order.length === 4);
        return order;
      } finally {
        await worker.close();
      }
    },
    expected: ['now', 'first', 'second', 'third'],
  },
  {
    name: 'what waits is handed out by its priority, one at a time',
    run: async (desk) => {
      const queue = defineQueue({ name: desk.name('work'), type: 'classic', maxPriority: 5 });
      const task = defineTask({ name: desk.name('rank'), queue, payload: z.string(), priority: 1 });
      const order: unknown[] = [];
      const handler = handlerOf(task, (payload) => void order.push(payload));
      const producer = await create(desk, task, []);
      await producer.queue.add(task, 'default');
      await producer.queue.add(task, 'low', { priority: 0 });
      await producer.queue.add(task, 'high', { priority: 5 });
      await producer.close();
      const worker = await create(desk, task, [handler]);
      try {
        await worker.listen();
        await desk.world.until('three runs', () => order.length === 3);
        return order;
      } finally {
        await worker.close();
      }
    },
    expected: ['high', 'default', 'low'],
  },
  {
    name: 'a task that is cancelled while it waits is never run, and who waits for another’s result gets it',
    run: async (desk) => {
      const task = defineTask({ name: desk.name('steer'), queue: desk.name('work'), payload: z.string() });
      const runs: unknown[] = [];
      const handler = handlerOf(task, (payload) => {
        runs.push(payload);
        return { done: payload };
      });
      const worker = await create(desk, task, [handler], { eventsStream: 'on' });
      try {
        await worker.listen();
        await worker.queue.add(task, 'never', { id: desk.name('id'), delay: 300 });
        await worker.app.get(Steering).cancel(desk.name('id'), 'a test');
        const { id } = await worker.queue.add(task, 'at once');
        await seen(desk, worker, 2);
        return [runs, await worker.queue.result(id), ends(worker)];
      } finally {
        await worker.close();
      }
    },
    expected: [
      ['at once'],
      { done: 'at once' },
      [
        ['task.completed', 1],
        ['task.cancelled', 1],
      ],
    ],
  },
];
