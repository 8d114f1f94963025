import {
  defineQueue,
  defineTask,
  fixed,
  HistoryUnavailableError,
  ResultTimeoutError,
  ResultTooLargeError,
  TaskFailedError,
  TaskHistory,
  UnrecoverableError,
} from '@app/queue';
import type { TaskContext, TaskRecord } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { EVENTS_STREAM } from '../../libs/queue/src/topology/streams';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic' });
const work = defineTask({ name: 'work.do', queue, payload: z.any(), attempts: 3, backoff: fixed(100) });
const secret = defineTask({ name: 'work.secret', queue, payload: z.any(), keepResult: false });

/** Ends the run that is held; `undefined` while none is. */
let release: (() => void) | undefined;

@Controller()
class WorkController {
  @EventPattern([work.name, secret.name])
  async do(@Payload() payload: unknown, @Ctx() { attempt }: TaskContext): Promise<unknown> {
    if (payload === 'hold')
      await new Promise<void>((resolve) => {
        release = () => {
          release = undefined;
          resolve();
        };
      });
    if (payload === 'flaky' && attempt < 3) throw new Error(`not at attempt ${attempt}`);
    if (payload === 'fail') throw new UnrecoverableError('never');
    if (payload === 'large') return 'x'.repeat(5_000);
    return { echo: payload, attempt };
  }
}

const options = (url: string) => ({
  urls: [url],
  tasks: [work, secret],
  controllers: [WorkController],
  eventsStream: 'on' as const,
  workerBeat: 500,
});

const open = closingAfterEach();

/** What a history says of a task, once it says this. */
async function becomes(app: TestWorker, id: string, state: TaskRecord['state']): Promise<TaskRecord> {
  const history = app.app.get(TaskHistory);
  await history.open();
  return waitFor(
    () => `${id} to be ${state}; it is ${JSON.stringify(history.view.get(id))}, and the history ${history.problem}`,
    () => {
      const task = history.view.get(id);
      return task?.state === state ? task : undefined;
    },
  );
}

describe('what happened to tasks', () => {
  let vhost: Vhost;
  beforeEach(async () => {
    vhost = open(await Vhost.open());
  });

  it('is known in every process: states, attempts with their errors, results', async () => {
    const worker = open(await TestWorker.start(options(vhost.url)));
    const producer = open(await TestWorker.create(options(vhost.url)));
    const done = await producer.queue.add(work, 'x');
    const flaky = await producer.queue.add(work, 'flaky');
    const failed = await producer.queue.add(work, 'fail');
    const delayed = await producer.queue.add(work, 'x', { delay: 60_000 });
    expect(await becomes(producer, done.id, 'completed')).toMatchObject({
      name: 'work.do',
      queue: 'work',
      attempt: 1,
      result: { echo: 'x', attempt: 1 },
      attempts: [{ attempt: 1 }],
    });
    expect(await becomes(producer, flaky.id, 'completed')).toMatchObject({
      attempt: 3,
      attempts: [
        { attempt: 1, error: 'Error: not at attempt 1', nextDelay: 100, stack: expect.stringContaining('at ') },
        { attempt: 2, error: 'Error: not at attempt 2', nextDelay: 100 },
        { attempt: 3 },
      ],
    });
    expect(await becomes(producer, failed.id, 'dead-lettered')).toMatchObject({
      error: 'UnrecoverableError: never',
      reason: expect.any(String),
    });
    expect(await becomes(producer, delayed.id, 'delayed')).toMatchObject({ attempt: 0 });

    const hold = await producer.queue.add(work, 'hold');
    const running = await becomes(producer, hold.id, 'running');
    const { view } = producer.app.get(TaskHistory);
    const workers = await waitFor('the beat that tells of it', () => {
      const seen = view.workers(Date.now());
      return seen[0]?.state === 'alive' && seen[0].running.includes(hold.id) ? seen : undefined;
    });
    expect(workers).toMatchObject([
      { worker: running.worker, state: 'alive', queues: [{ queue: 'work', concurrency: 1, running: 1 }] },
    ]);
    release?.();
    await becomes(producer, hold.id, 'completed');
    await worker.close();
    await waitFor('the worker’s farewell', () => view.workers(Date.now())[0]?.state === 'stopped');

    // Another process, later: all of it is in the stream.
    const later = open(await TestWorker.create(options(vhost.url)));
    const history = later.app.get(TaskHistory);
    await history.open();
    expect([history.state, history.problem]).toEqual(['live', undefined]);
    for (const { id } of [done, flaky, failed, hold]) expect(history.view.get(id)).toEqual(view.get(id));
  });

  it('gives a task’s result, or says why there is none', async () => {
    const { queue: tasks } = open(await TestWorker.start(options(vhost.url)));
    const ok = await tasks.add(work, 'x');
    expect(await tasks.result(ok.id)).toEqual({ echo: 'x', attempt: 1 });
    expect(await tasks.result(ok.id)).toEqual({ echo: 'x', attempt: 1 });
    const untold = await tasks.add(secret, 'x');
    expect(await tasks.result(untold.id)).toBeUndefined();
    const failed = await tasks.add(work, 'fail');
    const failure: unknown = await tasks.result(failed.id).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TaskFailedError);
    expect(failure).toMatchObject({ task: { id: failed.id, error: 'UnrecoverableError: never' } });
    const large = await tasks.add(work, 'large');
    await expect(tasks.result(large.id)).rejects.toThrow(ResultTooLargeError);
    const hold = await tasks.add(work, 'hold');
    await expect(tasks.result(hold.id, { timeout: 50 })).rejects.toThrow(ResultTimeoutError);
    const result = tasks.result(hold.id);
    await waitFor('it to run', () => release);
    release?.();
    await expect(result).resolves.toEqual({ echo: 'hold', attempt: 1 });
  });

  it('is not recorded where it is switched off, and nothing is declared for it', async () => {
    const app = open(await TestWorker.start({ ...options(vhost.url), eventsStream: 'off' }));
    await app.queue.add(work, 'x');
    await app.sees('task.completed');
    await app.close();
    await vhost.channel.assertQueue(EVENTS_STREAM, { durable: true }); // refused if there were a stream
    expect(await vhost.consumers(EVENTS_STREAM)).toBe(0);
  });

  it('is not known without a stream, which is told once, and tasks go on', async () => {
    await vhost.channel.assertQueue(EVENTS_STREAM, { durable: true });
    const app = open(await TestWorker.start(options(vhost.url)));
    const added = await app.queue.add(work, 'x');
    await app.sees('task.completed');
    const { why } = await app.sees('history.interrupted');
    expect(why).toMatch(/^"warren.events" exists and is no stream; delete it/);
    await expect(app.queue.result(added.id)).rejects.toThrow(HistoryUnavailableError);
    await app.queue.add(work, 'x');
    await app.sees('task.completed', 2);
    expect(app.seen('history.interrupted')).toHaveLength(1);
    expect(app.seen('stream.unavailable').map(({ use }) => use)).toEqual(['writing', 'reading']);
  });
});
