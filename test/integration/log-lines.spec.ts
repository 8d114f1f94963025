import { BatchContext, TaskContext, appLogger, defineQueue, defineTask, defineThread } from '@app/queue';
import { Controller, Logger, Module } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Traces } from '../support/traces';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 10 });
const payload = z.string();
const telling = defineTask({ name: 'telling', queue, payload });
const together = defineTask({ name: 'together', queue, payload, batch: { size: 2, wait: 60_000 } });
const threaded = defineTask({ name: 'threaded', queue, payload, runIn: 'thread' });

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
const logger = new Logger('Mine');

@Controller()
class TellingController {
  @EventPattern<string>('telling')
  async telling(@Ctx() { id }: TaskContext): Promise<void> {
    await nextTurn();
    logger.log(`I am ${id}`);
  }

  @EventPattern<string>('together')
  together(@Ctx() { tasks }: BatchContext): void {
    logger.log(`${tasks.length} together`);
  }
}

@Controller()
class ThreadedController {
  @EventPattern<string>('threaded')
  threaded(): void {
    logger.log('in a thread');
  }
}

@Module({ controllers: [ThreadedController] })
class ThreadedModule {}

const closing = closingAfterEach();
let worker: TestWorker;
let written: string[];

beforeEach(async () => {
  written = [];
  const vhost = closing(await Vhost.open());
  const thread = defineThread(__filename, { module: () => Promise.resolve(ThreadedModule) });
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  worker = closing(
    await TestWorker.start({
      urls: [vhost.url],
      tasks: [telling, together, threaded],
      threads: 0,
      thread,
      controllers: [TellingController],
      logger: appLogger('json'),
    }),
  );
});

afterEach(() => {
  jest.restoreAllMocks();
  Logger.overrideLogger(false);
});

/** The lines of one context so far, parsed, as what a reader of logs looks for. */
function lines(context: string): Record<string, unknown>[] {
  const parsed = written.map((line) => JSON.parse(line) as Record<string, unknown>);
  return parsed.filter((line) => line['context'] === context);
}

describe('a JSON log line', () => {
  it('of a handler says its task, whichever runs beside it', async () => {
    for (const id of ['a', 'b', 'c']) await worker.queue.add(telling, 'x', { id, headers });
    await worker.sees('task.completed', 3);
    const told = lines('Mine').map(({ message, taskId, queue: from, attempt, traceId }) => {
      expect({ message, from, attempt, traceId }).toEqual({
        message: `I am ${String(taskId)}`,
        from: 'work',
        attempt: 1,
        traceId: TRACE,
      });
      return taskId;
    });
    expect(new Set(told)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('of an event says the task that it is about', async () => {
    await worker.queue.add(telling, 'x', { id: 'a', headers });
    await worker.sees('task.completed');
    const told = lines('Warren').flatMap(({ message, taskId, queue: from, attempt, traceId }) =>
      taskId === undefined ? [] : [[(message as { event: string }).event, taskId, from, attempt, traceId]],
    );
    expect(told.toSorted(([one], [other]) => String(one).localeCompare(String(other)))).toEqual([
      ['task.added', 'a', 'work', undefined, TRACE],
      ['task.completed', 'a', 'work', 1, TRACE],
      ['task.started', 'a', 'work', 1, TRACE],
    ]);
  });

  it('of a batch’s handler says its tasks', async () => {
    await worker.queue.add(together, 'x', { id: 'a' });
    await worker.queue.add(together, 'x', { id: 'b' });
    await worker.sees('task.completed', 2);
    expect(lines('Mine')).toMatchObject([{ message: '2 together', taskIds: ['a', 'b'], queue: 'work' }]);
  });

  it('of a thread’s handler says its task', async () => {
    await worker.queue.add(threaded, 'x', { id: 'a', headers });
    await worker.sees('task.completed');
    expect(lines('Mine')).toMatchObject([
      { message: 'in a thread', taskId: 'a', queue: 'work', attempt: 1, traceId: TRACE },
    ]);
  });

  it('has the trace of a run that is traced, wherever that began', async () => {
    const traces = closing(Traces.record());
    await worker.queue.add(telling, 'x', { id: 'a' });
    const { traceId } = await traces.sees('process', telling);
    expect(lines('Mine')).toMatchObject([{ taskId: 'a', traceId }]);
  });

  it('that no handler writes says no task', async () => {
    await worker.queue.add(telling, 'x');
    await worker.sees('task.completed');
    logger.log('outside');
    expect(lines('Mine').at(-1)).toEqual({
      level: 'log',
      pid: process.pid,
      timestamp: expect.any(Number) as number,
      message: 'outside',
      context: 'Mine',
    });
  });
});
