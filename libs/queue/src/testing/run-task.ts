import type { DynamicModule, INestMicroservice, Type } from '@nestjs/common';
import { Test, TestingModule } from '@nestjs/testing';
import type { PayloadInputOf, TaskDefinition } from '../define-task';
import type { QueueDefinition } from '../define-queue';
import type { DeadLetterReason } from '../message/dead-letter-message';
import type { HeaderValue } from '../message/task-message';
import { QueueTestingModule } from './queue-testing.module';
import { RunBench } from './run-bench';
import type { RecordedTask } from './recorded-task';
import type { LogLine, RunEnding } from './run-notes';
import { withoutBroker } from './without-broker';

/** What may be said of the task that is run. */
export interface RunTaskOptions {
  /** Default: a new one. */
  readonly id?: string;
  /** The version of the definition that the payload is of; then it may be anything, as what an older producer sent. Default: the definition's own. */
  readonly version?: number;
  /** The run it is, from 1. Default: 1. */
  readonly attempt?: number;
  /** It was handed out before without an end, as after the death of a worker. Default: false. */
  readonly isRedelivered?: boolean;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  readonly priority?: number;
  /** Until when a run may begin, in milliseconds since 1970. Default: as the definition says. */
  readonly expiresAt?: number;
  /** The queue it comes from: a name or a definition. Default: the definition's. */
  readonly queue?: string | QueueDefinition;
  /** The message's bytes, in place of the payload: what another program may have written. */
  readonly body?: Buffer | string;
  /** Cancels the task when it fires, as `Steering.cancel` does: before its run, when it has fired already, or in the middle of it. */
  readonly cancel?: AbortSignal;
  /**
   * What the worker's `main.ts` sets for every handler: `(worker) => worker.useGlobalPipes(...)`. Called once for each module, before
   * its first run.
   */
  readonly setUp?: (worker: INestMicroservice) => void | Promise<void>;
  /**
   * `true`: `APP_GUARD`, `APP_PIPE`, `APP_INTERCEPTOR` and `APP_FILTER` hold for handlers, as in a worker of `createWorker`. `false`: they
   * stay with the HTTP side, as with `connectWorker`. As the first run of a module says. Default: `false`.
   */
  readonly inheritAppConfig?: boolean;
}

/** What became of a task that was run. */
export interface RunResult extends RunEnding {
  /**
   * `completed`: acknowledged. `retrying`: it failed, and waits for its next attempt (`retry`). `dead-lettered`: put aside (`reason`).
   * `postponed`: it may not begin yet, and waits. `cancelled`. `requeued`: its handler gave it back.
   */
  readonly outcome: RunEnding['outcome'];
  /** Why it was put aside. */
  readonly reason?: DeadLetterReason;
  /** The next attempt, and how many milliseconds it waits for it. */
  readonly retry?: { readonly attempt: number; readonly delay: number };
  /** What its handler returned, behind the interceptors; of an observable the last value. */
  readonly result: unknown;
  /** What was thrown, as it reached Warren, or an error that says why it could not be run; `undefined` when there was none. */
  readonly error: unknown;
  /** What was logged in the run, by its handler and by Warren (context `Warren`). */
  readonly log: readonly LogLine[];
  /** The tasks that were added in the run. */
  readonly added: readonly RecordedTask[];
  /** The events that were published in the run; `queue` is the exchange. */
  readonly published: readonly RecordedTask[];
}

const benches = new WeakMap<TestingModule, RunBench>();

/**
 * Runs one task as a worker does, without a broker: its message is decoded and its payload checked, Nest's guards, pipes, interceptors and
 * filters stand around its handler, its definition's `timeout` ends it, and the outcome is decided as ever.
 *
 * ```ts
 * const run = await runTask(InvoicesModule, invoiceExport, { order: 'o-1' }, { attempt: 3 });
 * expect(run).toMatchObject({ outcome: 'retrying', retry: { attempt: 4, delay: 8_000 } });
 * ```
 *
 * A task of a batch runs as a batch of one, after the batch's `wait`. One that is defined with `runIn: 'thread'` runs in this thread,
 * without its timeout. A handler that settles by hand can settle; whatever else of the channel it uses is for `MemoryBroker`.
 * @param module what has the handler: a module, of which an application is made for this run and closed, or a compiled `TestingModule`
 * with `QueueTestingModule` in it (or made by `withoutBroker`), whose application is kept for further runs
 * @throws Error when the module does not know the definition, or is connected to a broker.
 */
export function runTask<Task extends TaskDefinition>(
  module: Type | DynamicModule | TestingModule,
  definition: Task,
  payload: PayloadInputOf<Task>,
  options?: RunTaskOptions,
): Promise<RunResult>;
/** The same with a payload of another version. */
export function runTask(
  module: Type | DynamicModule | TestingModule,
  definition: TaskDefinition,
  payload: unknown,
  options: RunTaskOptions & { readonly version: number },
): Promise<RunResult>;
export async function runTask(
  module: Type | DynamicModule | TestingModule,
  definition: TaskDefinition,
  payload: unknown,
  options: RunTaskOptions = {},
): Promise<RunResult> {
  if (module instanceof TestingModule) return (await benchOf(module, options)).run(definition, payload, options);
  const queues = QueueTestingModule.forRoot({ tasks: [definition] });
  const made = await withoutBroker(Test.createTestingModule({ imports: [queues, module] })).compile();
  try {
    return await (await benchOf(made, options)).run(definition, payload, options);
  } finally {
    await made.close();
  }
}

async function benchOf(module: TestingModule, options: RunTaskOptions): Promise<RunBench> {
  const known = benches.get(module);
  if (known !== undefined) return known;
  const bench = await RunBench.open(module, options);
  benches.set(module, bench);
  return bench;
}
