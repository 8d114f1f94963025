import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import { Slots } from '../consuming/slots';
import type { TaskContext } from '../consuming/task-context';
import type { TaskDefinition } from '../define-task';
import { endedWithin } from '../ended-within';
import { DefinitionError } from '../errors';
import type { QueueEvents } from '../events';
import { readinessReasons } from '../readiness-reasons';
import { noTracing } from '../tracing';
import type { Tracing } from '../tracing';
import { LeavingThreads } from './leaving-threads';
import { noThreads, openThreads } from './open-threads';
import type { ThreadDefinition, Threads } from './open-threads';
import { ThreadRun, comeBack } from './thread-run';
import type { ThreadWatch } from './thread-run';

/** As Nest keeps an event's handler. */
type ThreadHandler = ((payload: unknown, context: TaskContext) => Promise<unknown>) & { readonly isEventHandler: true };

/** What the modules of the threads have to close before their threads are ended. */
const CLOSE_TIMEOUT_MS = 2_000;

/** How long what concerns a thread's begin may take. Milliseconds. */
export interface ThreadPace {
  /**
   * Loading a large module on a busy machine takes seconds; a minute, the default, is a boot that waits for something. And so long a task waits
   * for a thread when none can come: slowly enough that a worker which can run nothing does not empty the queue of the others.
   */
  readonly bootTimeout: number;
  /** For the same reason no thread is tried for so long after one that could not begin a task; doubled each time, up to the boot's timeout. Default: 1000. */
  readonly firstRest: number;
}

const PACE: ThreadPace = { bootTimeout: 60_000, firstRest: 1_000 };

/** A task that has its slot and waits for a thread. */
interface Waiting {
  readonly context: TaskContext;
  leave(why: Error): void;
}

/**
 * The threads of a worker, started as they are needed and kept. One runs one task at a time; what is more waits here. One that was
 * ended keeps its place until it has gone: never are more of them busy than its size. With a size of 0 there are none, and such
 * tasks run in the worker itself.
 */
export class ThreadPool {
  private readonly slots: Slots<Waiting>;
  private readonly waiting = new Set<Waiting>();
  private readonly runs = new Set<ThreadRun>();
  private readonly leaving: LeavingThreads;
  /** One for each thread that has booted its module; it closes with its thread. */
  private readonly threads = new Set<MessagePort>();
  private pool: Promise<Threads> | undefined;
  /** Why the last one could not begin its task, until one has booted. */
  private failure: Error | undefined;
  private rest: number;
  private readonly pace: ThreadPace;
  private restsUntil = 0;
  /** Those that run here and of which nobody knows yet whether the threads' module has their handlers. */
  private unseen: readonly TaskDefinition[] = [];

  constructor(
    private readonly thread: ThreadDefinition | undefined,
    private readonly events: QueueEvents,
    /** How many there may be; 0: none. */
    readonly size = Math.max(1, availableParallelism() - 1),
    pace: Partial<ThreadPace> = {},
    private readonly tracing: Tracing = noTracing,
  ) {
    this.slots = new Slots(this.size === 0 ? Infinity : this.size);
    this.leaving = new LeavingThreads(events);
    this.pace = { ...PACE, ...pace };
    this.rest = this.pace.firstRest;
  }

  /** Why no task can begin in a thread, for readiness; empty when one can. */
  get problems(): string[] {
    const { failure } = this;
    return [
      ...(this.isHeld ? [readinessReasons.threadsLinger(this.size)] : []),
      ...(failure === undefined ? [] : [readinessReasons.threadsFail(failure.message)]),
    ];
  }

  /** A channel has closed: what waits for a thread and was handed out on it runs elsewhere. */
  dropGone(): void {
    for (const waiting of this.waiting) if (waiting.context.isLost) waiting.leave(lost());
  }

  /**
   * For each task that runs in a thread, what Nest calls a handler: it hands the run over and waits for its end.
   * @throws DefinitionError when there are such tasks and nobody said what their threads run.
   */
  handlers(tasks: readonly TaskDefinition[]): [name: string, handler: ThreadHandler][] {
    const threaded = tasks.filter(({ runIn }) => runIn === 'thread');
    const { thread } = this;
    this.unseen = threaded;
    if (thread !== undefined) return threaded.map((task) => [task.name, this.handler(task, thread)]);
    if (threaded[0] === undefined) return [];
    throw new DefinitionError(
      `Task "${threaded[0].name}" runs in a thread, and nothing says what that thread runs: give QueueModule a "thread", ` +
        'made by defineThread in a file of its own.',
    );
  }

  /**
   * Lets the modules of the threads close, for two seconds at most, and ends the threads. Resolves when each has ended: one that is in
   * native code ends after that, and process.exit() would wait for it as well, but hear no signal meanwhile.
   */
  async close(): Promise<void> {
    const pool = await this.pool?.catch(() => undefined);
    if (pool === undefined) return;
    const closing = [...this.threads].map((port) => {
      port.postMessage('close');
      return once(port, 'close');
    });
    const closed = Promise.all(closing);
    await endedWithin(closed, CLOSE_TIMEOUT_MS);
    await pool.destroy();
    await closed;
    await this.leaving.allGone();
  }

  /** Every thread was ended and takes its time to go. */
  private get isHeld(): boolean {
    return this.size > 0 && this.leaving.count >= this.size;
  }

  private handler(task: TaskDefinition, thread: ThreadDefinition): ThreadHandler {
    const watch: ThreadWatch = {
      bootTimeout: this.pace.bootTimeout,
      booted: (port, handles) => this.keep(port, handles),
      failed: (error) => {
        this.events.emit('thread.failed', { why: error.message });
        this.notBegun(error);
      },
    };
    const handle = async (payload: unknown, context: TaskContext): Promise<unknown> => {
      await this.free(context);
      let run: ThreadRun | undefined;
      try {
        await this.rested(context);
        run = new ThreadRun(task, payload, context, watch, this.tracing.crossing());
        this.runs.add(run);
        return await run.in(this.opened(thread));
      } finally {
        if (run !== undefined) this.runs.delete(run);
        void this.release(run?.gone, context);
      }
    };
    return Object.assign(handle, { isEventHandler: true as const });
  }

  /** The task has its end already; the place of its thread is free when that has gone. */
  private async release(gone: ThreadRun['gone'], { id, name, queue }: TaskContext): Promise<void> {
    if (gone !== undefined) await this.leaving.untilGone(gone, { id, name, queue });
    this.slots.release();
  }

  /**
   * Waits for a thread that is free, here: what waits in piscina while a thread is ended is forgotten there.
   * @throws RetryLater, which is no attempt, when there is none for long because all were ended and do not go
   */
  private free(context: TaskContext): Promise<void> {
    const { signal } = context;
    return new Promise((resolve, reject) => {
      const leave = (why: Error): void => {
        if (this.slots.leave(waiting)) end(() => reject(why));
      };
      const waiting: Waiting = { context, leave };
      const abort = (): void => leave(signal.reason as Error);
      const look = setInterval(() => {
        if (this.isHeld) leave(comeBack(this.problems[0]));
      }, this.pace.bootTimeout);
      const end = (settle: () => void): void => {
        clearInterval(look);
        signal.removeEventListener('abort', abort);
        this.waiting.delete(waiting);
        settle();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.add(waiting);
      this.slots.take(waiting, () => end(resolve));
      if (signal.aborted) abort(); // before it came here
    });
  }

  /** Nobody is begun in a thread in the pause after one that could not begin its task; nor what has gone meanwhile. */
  private async rested(context: TaskContext): Promise<void> {
    const { signal } = context;
    const milliseconds = this.restsUntil - performance.now();
    if (milliseconds > 0) await endedWithin(new Promise(() => undefined), milliseconds, signal);
    signal.throwIfAborted();
    if (context.isLost) throw lost();
  }

  private notBegun(error: Error): void {
    this.failure = error;
    this.restsUntil = performance.now() + this.rest;
    this.rest = Math.min(this.rest * 2, this.pace.bootTimeout);
  }

  /** One that cannot be opened is opened anew for the next task. */
  private opened(thread: ThreadDefinition): Promise<Threads> {
    this.pool ??= this.open(thread).catch((error: unknown) => {
      this.pool = undefined;
      throw error;
    });
    return this.pool;
  }

  private async open(thread: ThreadDefinition): Promise<Threads> {
    if (this.size === 0) return noThreads(thread);
    return openThreads(thread, this.size, (error) => {
      this.events.emit('thread.failed', { why: error.message });
      const hit = [...this.runs].filter((run) => run.fail(error));
      if (hit.length > 0) this.notBegun(error);
    });
  }

  private keep(port: MessagePort, handles: readonly string[]): void {
    for (const { name, queue } of this.unseen)
      if (!handles.includes(name)) this.events.emit('handler.missing', { name, queue: queue.name, runIn: 'thread' });
    this.unseen = []; // all have the same module
    this.failure = undefined;
    this.rest = this.pace.firstRest;
    this.threads.add(port);
    port.once('close', () => this.threads.delete(port));
    port.unref();
  }
}

function lost(): Error {
  return new Error('Its delivery was lost before a thread was free: the broker hands it out again.');
}
