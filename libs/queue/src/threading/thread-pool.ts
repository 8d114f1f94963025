import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { Slots } from '../consuming/slots';
import type { TaskContext } from '../consuming/task-context';
import type { TaskDefinition } from '../define-task';
import { endedWithin } from '../ended-within';
import { DefinitionError } from '../errors';
import type { QueueEvents } from '../events';
import { ThreadRun } from './thread-run';

/** The program of a worker's threads: what `defineThread` gives. */
export interface ThreadDefinition {
  /** The file that makes it, as Node finds it: each thread loads it for itself. */
  readonly file: string;
}

/** As Nest keeps an event's handler. */
type ThreadHandler = ((payload: unknown, context: TaskContext) => Promise<void>) & { readonly isEventHandler: true };

/** What the modules of the threads have to close before their threads are ended. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The threads of a worker, started as they are needed and kept. One runs one task at a time; what is more waits here.
 * Piscina is loaded with the first of them: a worker without such tasks pays nothing.
 */
export class ThreadPool {
  private readonly slots: Slots<object>;
  private readonly runs = new Set<ThreadRun>();
  /** One for each thread that has booted its module; it closes with its thread. */
  private readonly threads = new Set<MessagePort>();
  private pool: Promise<Piscina> | undefined;

  constructor(
    private readonly thread: ThreadDefinition | undefined,
    private readonly events: QueueEvents,
    private readonly size = Math.max(1, availableParallelism() - 1),
  ) {
    this.slots = new Slots(this.size);
  }

  /**
   * For each task that runs in a thread, what Nest calls a handler: it hands the run over and waits for its end.
   * @throws DefinitionError when there are such tasks and nobody said what their threads run.
   */
  handlers(tasks: readonly TaskDefinition[]): [name: string, handler: ThreadHandler][] {
    const threaded = tasks.filter(({ runIn }) => runIn === 'thread');
    const [first] = threaded;
    if (first !== undefined && this.thread === undefined) {
      throw new DefinitionError(
        `Task "${first.name}" runs in a thread, and nothing says what that thread runs: give QueueModule a "thread", ` +
          'made by defineThread in a file of its own.',
      );
    }
    return threaded.map((task) => {
      const run = (payload: unknown, context: TaskContext): Promise<void> => this.run(task, payload, context);
      return [task.name, Object.assign(run, { isEventHandler: true as const })];
    });
  }

  /** Lets the modules of the threads close, for two seconds at most, and ends the threads. */
  async close(): Promise<void> {
    if (this.pool === undefined) return;
    const pool = await this.pool;
    const closed = [...this.threads].map((port) => {
      port.postMessage('close');
      return once(port, 'close');
    });
    await endedWithin(Promise.all(closed), CLOSE_TIMEOUT_MS);
    await pool.destroy();
  }

  private async run(task: TaskDefinition, payload: unknown, context: TaskContext): Promise<void> {
    await this.free(context.signal);
    const run = new ThreadRun(task, payload, context, (port) => this.keep(port));
    this.runs.add(run);
    try {
      this.pool ??= this.open();
      await run.in(await this.pool);
    } finally {
      this.runs.delete(run);
      this.slots.release();
    }
  }

  /** Waits for a thread that is free, here: what waits in piscina while a thread is ended is forgotten there. */
  private free(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const holder = {};
      const leave = (): void => {
        if (this.slots.leave(holder)) reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.slots.take(holder, () => {
        signal.removeEventListener('abort', leave);
        resolve();
      });
    });
  }

  private async open(): Promise<Piscina> {
    const { Piscina } = await import('piscina');
    const pool = new Piscina({
      ...(this.thread === undefined ? {} : { filename: this.thread.file }),
      minThreads: 0,
      maxThreads: this.size,
      idleTimeout: Infinity,
      atomics: 'disabled', // an idle thread's event loop turns: its module may have timers and connections
      recordTiming: false,
    });
    pool.on('error', (error: Error) => {
      this.events.emit('thread.failed', { why: error.message });
      for (const run of this.runs) run.fail(error);
    });
    return pool;
  }

  private keep(port: MessagePort): void {
    this.threads.add(port);
    port.once('close', () => this.threads.delete(port));
    port.unref();
  }
}
