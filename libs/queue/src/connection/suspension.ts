/**
 * Why a consumer shall take nothing: a task that is suspected of ending its workers runs alone (`isolation`), its queue is paused
 * (`pause`), its worker takes nothing new (`quiet`).
 */
export type SuspensionReason = 'isolation' | 'pause' | 'quiet';

const reasons: Record<SuspensionReason, string> = {
  isolation: 'a task that is suspected of ending its workers runs alone',
  pause: 'the queue is paused',
  quiet: 'the worker was told to take nothing new',
};

/** The reasons for which something is suspended. It lasts until the last of them is gone. */
export class Suspension {
  private readonly since = new Map<SuspensionReason, number>();
  private lasting: Promise<void> | undefined;
  private end: () => void = () => undefined;

  get isOn(): boolean {
    return this.since.size > 0;
  }

  /** Resolves when no reason is left; at once when there is none. */
  get over(): Promise<void> {
    return this.lasting ?? Promise.resolve();
  }

  /** For people; empty when there is none. */
  get why(): string {
    return [...this.since.keys()].map((reason) => reasons[reason]).join(', and ');
  }

  has(reason: SuspensionReason): boolean {
    return this.since.has(reason);
  }

  /** Milliseconds since a reason came; 0 when it is not there. */
  lastsFor(reason: SuspensionReason): number {
    const since = this.since.get(reason);
    return since === undefined ? 0 : performance.now() - since;
  }

  add(reason: SuspensionReason): void {
    if (!this.since.has(reason)) this.since.set(reason, performance.now());
    this.lasting ??= new Promise((resolve) => {
      this.end = resolve;
    });
  }

  remove(reason: SuspensionReason): void {
    if (!this.since.delete(reason) || this.isOn) return;
    this.lasting = undefined;
    this.end();
  }
}
