import { setTimeout as delay } from 'node:timers/promises';
import type { TaskQueue } from '@app/queue';
import type { LedgerFile } from './ledger';
import type { PlannedTask } from './workload';

/** Adds that are on their way at once, at most. */
const WINDOW = 200;
const TICK_MS = 20;
/** Milliseconds between an add that was rejected and the next try. */
const PAUSE_MS = 200;

/**
 * Adds tasks evenly over a time, each until the broker has confirmed it: with the same id again after a rejection, as the
 * documents tell a caller. Only what was confirmed goes into the ledger, right after the confirm.
 */
export class Adding {
  private open = 0;

  constructor(
    private readonly queue: TaskQueue,
    private readonly ledger: LedgerFile,
  ) {}

  /** Resolves when all of them are confirmed. @param milliseconds the time to spread them over */
  async run(tasks: Iterator<PlannedTask>, count: number, milliseconds: number): Promise<void> {
    const startedAt = performance.now();
    const adds: Promise<void>[] = [];
    while (adds.length < count) {
      const due = Math.min(count, Math.ceil((count * (performance.now() - startedAt)) / milliseconds));
      while (adds.length < due && this.open < WINDOW)
        adds.push(this.add((tasks.next() as { value: PlannedTask }).value));
      await delay(TICK_MS);
    }
    await Promise.all(adds);
  }

  private async add({ id, kind, task, payload, options }: PlannedTask): Promise<void> {
    this.open += 1;
    for (;;) {
      const begunAt = Date.now();
      try {
        await this.queue.add(task, payload, { ...options, id });
        this.ledger.write('added', id, kind, begunAt, begunAt + (options.delay ?? 0));
        break;
      } catch (error) {
        this.ledger.write('refused', id, error instanceof Error ? error.name : 'Error');
        await delay(PAUSE_MS);
      }
    }
    this.open -= 1;
  }
}
