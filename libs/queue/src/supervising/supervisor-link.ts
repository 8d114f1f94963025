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

/** Milliseconds beyond its deadline in which a worker whose supervisor is gone may stop by itself; as long as a supervisor would wait. */
const ALONE_MARGIN_MS = 20_000;

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

type Channel = Pick<NodeJS.EventEmitter, 'on'> & Pick<NodeJS.Process, 'connected' | 'send'>;

/** A worker's end of the channel to the supervisor that has started it: orders come in, reports go out. */
export class SupervisorLink {
  private hasConsumed = false;
  private hasStarted = false;
  private tell: () => void = () => undefined;
  private isSending = false;
  private unsent: Told | undefined;
  private isAlone = false;
  /** When its tasks have to have ended, on the process's clock; `undefined` before it stops. */
  private deadline: number | undefined;
  private wishes: StopWishes | undefined;

  /** @param channel this process, as the supervisor speaks with it */
  constructor(private readonly channel: Channel = process) {}

  /** `undefined` in a process that nobody supervises. */
  static ofThisProcess(): SupervisorLink | undefined {
    return workerNumber() === undefined ? undefined : new SupervisorLink();
  }

  /**
   * Stops when the supervisor says so, and when it is gone: nobody would start, count or stop this process any more, nor end it when it does
   * not stop by its deadline. So it hurries then by itself.
   */
  obey(wishes: StopWishes): void {
    this.wishes = wishes;
    this.channel.on('message', (message) => {
      const told = readOrder(message);
      if (told !== undefined) wishes[told.order](told.why);
    });
    this.channel.on('disconnect', () => {
      this.isAlone = true;
      wishes.stop('the supervisor is gone');
      this.endAlone();
    });
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
    events.on('worker.stopping', ({ timeout }) => {
      this.deadline = performance.now() + timeout;
      this.endAlone();
    });
    for (const name of CHANGES) events.on(name, () => setImmediate(this.tell));
    setInterval(this.tell, REPORT_MS).unref();
  }

  /** Answers the supervisor's questions, each with what is known then. */
  answer(metrics: () => Promise<readonly Metric[]>): void {
    const answer = async ({ question }: Question): Promise<void> => {
      const told: Told = { kind: 'metrics', question, metrics: await metrics().catch(() => []) }; // no reason to end a worker
      if (this.channel.connected) this.channel.send?.(told, undefined, undefined, () => undefined); // gone: then nobody asks
    };
    this.channel.on('message', (message) => {
      const asked = readQuestion(message);
      if (asked !== undefined) void answer(asked);
    });
  }

  /** Tells that the worker has started: nothing failed. */
  started(): void {
    this.hasStarted = true;
    this.tell();
  }

  /** Tells that this worker stops because somebody wants it so, and is not to be started again. */
  leave(why: string): void {
    const leaving: Told = { kind: 'leaving', why };
    this.channel.send?.(leaving, undefined, undefined, () => undefined);
  }

  /** Leaves it to the supervisor to say why this worker cannot start, once for all workers. Resolves when it is sent. */
  async startFailed(text: string): Promise<void> {
    const failure: Told = { kind: 'start-failed', text };
    await new Promise((resolve) => this.channel.send?.(failure, undefined, undefined, resolve));
  }

  private endAlone(): void {
    if (!this.isAlone || this.deadline === undefined) return;
    const hurry = (): void => this.wishes?.hurry('the supervisor is gone, and the deadline has passed');
    setTimeout(hurry, Math.max(0, this.deadline - performance.now()) + ALONE_MARGIN_MS).unref();
  }

  /** One at a time, and the newest: a supervisor that does not read must not fill this process. */
  private send(report: Told): void {
    this.unsent = report;
    if (this.isSending || !this.channel.connected) return;
    this.isSending = true;
    this.unsent = undefined;
    this.channel.send?.(report, undefined, undefined, () => {
      this.isSending = false;
      if (this.unsent !== undefined) this.send(this.unsent);
    });
  }
}
