import type { QueueEventMap, QueueEvents } from '../events';
import type { Readiness } from '../health/queue-health';
import type { StopWishes } from '../stop-wishes';
import { readOrder } from './channel-messages';
import type { Told } from './channel-messages';
import { workerNumber } from './worker-number';

/** Milliseconds between two reports when nothing changes: the supervisor takes a worker that says nothing for stuck. */
const REPORT_MS = 1_000;

/** What may change readiness is told at once. */
const CHANGES: readonly (keyof QueueEventMap)[] = [
  'connection.open',
  'connection.lost',
  'connection.failed',
  'connection.blocked',
  'connection.unblocked',
  'consumer.started',
  'consumer.interrupted',
  'worker.stopping',
];

/** A worker's end of the channel to the supervisor that has started it: orders come in, reports go out. */
export class SupervisorLink {
  private hasConsumed = false;
  private hasStarted = false;
  private tell: () => void = () => undefined;
  private isSending = false;
  private unsent: Told | undefined;

  /** `undefined` in a process that nobody supervises. */
  static ofThisProcess(): SupervisorLink | undefined {
    return workerNumber() === undefined ? undefined : new SupervisorLink();
  }

  /** Stops when the supervisor says so, and when it is gone: nobody would start, count or stop this process any more. */
  obey(wishes: StopWishes): void {
    process.on('message', (message) => {
      const told = readOrder(message);
      if (told !== undefined) wishes[told.order](told.why);
    });
    process.on('disconnect', () => wishes.stop('the supervisor is gone'));
  }

  /** Tells each second, and whenever it may have changed, whether the worker is ready. */
  report(events: QueueEvents, readiness: () => Readiness): void {
    this.tell = () => {
      const { hasConsumed, hasStarted } = this;
      this.send({ kind: 'report', hasConsumed, hasStarted, problems: readiness().problems });
    };
    events.on('consumer.started', () => {
      if (this.hasConsumed) return;
      this.hasConsumed = true;
      this.tell(); // before the first task can end this process
    });
    for (const name of CHANGES) events.on(name, () => setImmediate(this.tell));
    setInterval(this.tell, REPORT_MS).unref();
  }

  /** Tells that the worker has started: nothing was refused. */
  started(): void {
    this.hasStarted = true;
    this.tell();
  }

  /** Leaves it to the supervisor to say why this worker cannot start, once for all workers. Resolves when it is sent. */
  async refuse(text: string): Promise<void> {
    const refusal: Told = { kind: 'refused', text };
    await new Promise((resolve) => process.send?.(refusal, undefined, undefined, resolve));
  }

  /** One at a time, and the newest: a supervisor that does not read must not fill this process. */
  private send(report: Told): void {
    this.unsent = report;
    if (this.isSending || !process.connected) return;
    this.isSending = true;
    this.unsent = undefined;
    process.send?.(report, undefined, undefined, () => {
      this.isSending = false;
      if (this.unsent !== undefined) this.send(this.unsent);
    });
  }
}
