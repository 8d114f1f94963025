import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { ThreadOutcome, ThreadTask } from './crossing';

/** The program of a worker's threads: what `defineThread` gives. */
export interface ThreadDefinition {
  /** Runs one task, in the thread. The library's matter. */
  (task: ThreadTask): Promise<ThreadOutcome>;
  /** The file whose default export it is, as Node finds it: each thread loads it for itself. */
  readonly file: string;
}

/** What runs tasks somewhere else, one each at a time. */
export interface Threads {
  /** When the signal fires the run is ended with its thread, and it rejects. */
  run(
    task: ThreadTask,
    options: { readonly transferList: MessagePort[]; readonly signal: AbortSignal },
  ): Promise<unknown>;
  destroy(): Promise<void>;
}

/** As `import()` gives it; its own types describe what `require()` gives. */
interface PiscinaModule {
  readonly default: typeof import('piscina').Piscina;
}

/**
 * So many threads at most, started as they are needed and kept. Loads piscina: a worker without such tasks never calls this.
 * @param failed is told when a thread ended that ran nothing, or could not begin
 */
export async function openThreads(
  { file }: ThreadDefinition,
  size: number,
  failed: (error: Error) => void,
): Promise<Threads> {
  const { default: Piscina } = (await import('piscina')) as unknown as PiscinaModule;
  const pool = new Piscina({
    minThreads: 0,
    maxThreads: size,
    idleTimeout: Infinity,
    atomics: 'disabled', // an idle thread's event loop turns: its module may have timers and connections
    recordTiming: false,
  });
  pool.on('error', failed);
  return {
    // Not as the pool's own file: a thread that cannot load that ends before it has the task, and the task would wait for ever.
    run: (task, options) => pool.run(task, { ...options, filename: file }),
    destroy: () => pool.destroy(),
  };
}

/** No thread at all: what should run in one runs here, and cannot be ended. */
export function noThreads(program: ThreadDefinition): Threads {
  return {
    run: (task, { signal }) => Promise.race([program(task), rejectedBy(signal)]),
    destroy: () => Promise.resolve(),
  };
}

async function rejectedBy(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
