import type { QueueEventMap, QueueEvents } from '../events';
import type { Readiness } from '../health/queue-health';
import type { Metric } from '../metrics/prometheus-text';
import type { StopWishes } from '../stop-wishes';
import { readOrder, readQuestion } from './channel-messages';
import type { Question, Told } from './channel-messages';
import { countTasks } from './task-counts';
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
  'queue.paused',
  'queue.resumed',
  'worker.quieted',
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

  /** Tells each second, and whenever readiness may have changed, whether the worker is ready and what its tasks do. */
  report(events: QueueEvents, now: () => Readiness & { readonly running: number }): void {
    const tasks = countTasks(events);
    this.tell = () => {
      const { hasConsumed, hasStarted } = this;
      const { problems, remarks, running } = now();
      this.send({ kind: 'report', hasConsumed, hasStarted, problems, remarks, running, tasks: { ...tasks } });
    };
    events.on('consumer.started', () => {
      if (this.hasConsumed) return;
      this.hasConsumed = true;
      this.tell(); // before the first task can end this process
    });
    for (const name of CHANGES) events.on(name, () => setImmediate(this.tell));
    setInterval(this.tell, REPORT_MS).unref();
  }

  /** Answers the supervisor's questions, each with what is known then. */
  answer(metrics: () => Promise<readonly Metric[]>): void {
    const answer = async ({ question }: Question): Promise<void> => {
      const told: Told = { kind: 'metrics', question, metrics: await metrics() };
      if (process.connected) process.send?.(told, undefined, undefined, () => undefined); // gone: then nobody asks
    };
    process.on('message', (message) => {
      const asked = readQuestion(message);
      if (asked !== undefined) void answer(asked);
    });
  }

  /** Tells that the worker has started: nothing was refused. */
  started(): void {
    this.hasStarted = true;
    this.tell();
  }

  /** Tells that this worker stops because somebody wants it so, and is not to be started again. */
  leave(why: string): void {
    const leaving: Told = { kind: 'leaving', why };
    process.send?.(leaving, undefined, undefined, () => undefined);
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
