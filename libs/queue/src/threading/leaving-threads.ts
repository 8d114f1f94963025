import type { QueueEvents } from '../events';

/** Milliseconds after which it is told that a thread has not gone: JavaScript ends within a few. */
const LINGER_MS = 1_000;

/** Whose thread it was. */
export interface LeftRun {
  readonly id: string | undefined;
  readonly name: string;
  readonly queue: string;
}

/**
 * Threads that were ended in the middle of a run and have not gone: what they do in native code ends when that returns. Each
 * keeps a processor busy until then, and its place among the threads.
 */
export class LeavingThreads {
  private readonly leaving = new Set<Promise<unknown>>();
  private lingering = 0;

  constructor(private readonly events: QueueEvents) {}

  /** Those that have been told of: they take their time. */
  get count(): number {
    return this.lingering;
  }

  /** Resolves when the thread has gone; one that takes its time is told of, then and when it has gone. */
  async untilGone(gone: Promise<unknown>, { id, name, queue }: LeftRun): Promise<void> {
    const since = performance.now();
    const told = { id, name, queue };
    let isTold = false;
    const timer = setTimeout(() => {
      isTold = true;
      this.lingering += 1;
      this.events.emit('thread.lingers', told);
    }, LINGER_MS);
    this.leaving.add(gone);
    await gone;
    this.leaving.delete(gone);
    clearTimeout(timer);
    if (!isTold) return;
    this.lingering -= 1;
    this.events.emit('thread.gone', { ...told, milliseconds: Math.round(performance.now() - since) });
  }

  /** Resolves when all have gone that leave now. */
  async allGone(): Promise<void> {
    await Promise.all(this.leaving);
  }
}
