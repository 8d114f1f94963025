import type { ChildProcess } from 'node:child_process';
import type { QueueEvents } from '../events';
import type { Readiness } from '../health/queue-health';
import type { Metric } from '../metrics/prometheus-text';
import type { Order } from './channel-messages';
import { afterDeath, noDeaths } from './restart-policy';
import type { DeathsInARow } from './restart-policy';
import { mergedMetrics } from './merged-metrics';
import type { OfWorker } from './merged-metrics';
import { SupervisedWorker } from './supervised-worker';
import { supervisorMetrics } from './supervisor-metrics';
import type { SupervisorFigures } from './supervisor-metrics';
import type { DeathKind, WorkerEnd, WorkerStatus } from './worker-status';

/** What a supervisor has to know of its workers' settings. */
export interface SupervisionSettings {
  /** How many workers are wanted. */
  readonly processes: number;
  /** Runs of a task that may end its worker before it is put aside. */
  readonly crashLimit: number;
  /** Milliseconds that running tasks have to finish. */
  readonly shutdownTimeout: number;
  /** Seconds between AMQP heartbeats. */
  readonly heartbeat: number;
}

/** A stop takes so many milliseconds longer than running tasks may: confirms, connections, idle HTTP clients. */
const STOP_MARGIN_MS = 20_000;

/** A worker that hurries has 5 s to end by itself; see `runApp`. */
const HURRY_WITHIN_MS = 7_000;

/**
 * A worker that has reported and falls silent is killed after three heartbeats, when the broker has given it up, and never sooner than
 * this, in seconds.
 */
const KILL_SILENT_AFTER = 10;

/**
 * Keeps so many worker processes running. The first one is sent ahead, and the others follow when it has started: what a worker cannot
 * start with is met, and told, once.
 */
export class Supervisor {
  private readonly workers: readonly SupervisedWorker[];
  private readonly deaths = new Map<SupervisedWorker, DeathsInARow>();
  private readonly deathsOfKind = new Map<DeathKind, number>();
  private hasAnyStarted = false;
  private failedFirst: SupervisedWorker | undefined;
  private isStopping = false;
  private isClean = true;
  private finish: () => void = () => undefined;

  constructor(
    private readonly settings: SupervisionSettings,
    fork: (worker: number) => ChildProcess,
    private readonly events: QueueEvents,
    /** Told why the first worker cannot start, once. */
    private readonly failed: (text: string) => void,
  ) {
    const guardian = {
      fork,
      started: () => this.startOthers(),
      startFailed: (worker: SupervisedWorker, text: string) => this.startFailed(worker, text),
      leaves: (worker: SupervisedWorker) => this.leaves(worker),
      ended: (worker: SupervisedWorker, end: WorkerEnd) => this.ended(worker, end),
    };
    this.workers = Array.from(
      { length: settings.processes },
      (_, index) => new SupervisedWorker(index + 1, guardian, events),
    );
  }

  get status(): readonly WorkerStatus[] {
    return this.workers.map((worker) => worker.status);
  }

  get figures(): SupervisorFigures {
    return { workers: this.workers.map((worker) => worker.figures), deaths: this.deathsOfKind };
  }

  /** What it knows of its workers, and what each of them tells of itself. */
  async metrics(): Promise<readonly Metric[]> {
    const told = this.workers.map(async (worker): Promise<OfWorker> => [worker.number, await worker.metrics()]);
    return mergedMetrics(supervisorMetrics(this.figures), await Promise.all(told));
  }

  /** Ready when every worker that is wanted is up and ready; each reason names its worker. */
  readiness(): Readiness {
    const problems = this.workers.flatMap((worker) => worker.problems);
    const remarks = this.workers.flatMap((worker) => worker.remarks);
    return { isReady: problems.length === 0, problems, ...(remarks.length === 0 ? {} : { remarks }) };
  }

  /** Resolves when no worker is left, with whether each ended as it was told to. Starts nobody when it was told to stop before. */
  async run(): Promise<boolean> {
    if (this.isStopping) return this.isClean;
    const finished = new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    const killAfter = Math.max(KILL_SILENT_AFTER, 3 * this.settings.heartbeat);
    const looking = setInterval(() => this.workers.forEach((worker) => worker.lookAt(killAfter)), 1_000);
    this.workers[0]?.start();
    await finished;
    clearInterval(looking);
    return this.isClean;
  }

  /** All stop politely; running tasks have their time. */
  stop(why: string): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.events.emit('supervisor.stopping', { workers: this.workers.filter(({ status }) => status.pid).length, why });
    this.order({ order: 'stop', why }, this.settings.shutdownTimeout + STOP_MARGIN_MS);
  }

  /** Nobody waits for running tasks any longer. */
  hurry(why: string): void {
    this.isStopping = true;
    this.order({ order: 'hurry', why }, HURRY_WITHIN_MS);
  }

  private order(order: Order, within: number): void {
    for (const worker of this.workers) worker.order(order);
    this.killAfter(this.workers, within);
    this.finishWhenEnded();
  }

  private killAfter(workers: readonly SupervisedWorker[], within: number): void {
    setTimeout(() => {
      for (const worker of workers) worker.kill(`it did not end within ${within} ms`);
    }, within).unref();
  }

  private startOthers(): void {
    if (this.hasAnyStarted) return;
    this.hasAnyStarted = true;
    if (this.isStopping) return;
    for (const worker of this.workers) if (worker.state === 'waiting') worker.start();
  }

  /** Later on a failed start is a death like any other: the workers that run may go on, and the cause may pass. */
  private startFailed(worker: SupervisedWorker, text: string): void {
    if (this.hasAnyStarted || this.isStopping) return;
    this.failedFirst = worker;
    this.isStopping = true;
    this.isClean = false;
    this.failed(text);
    for (const other of this.workers) other.dismiss(); // but for the one whose start failed, which ends by itself
  }

  /** The others go on without it. */
  private leaves(worker: SupervisedWorker): void {
    this.startOthers(); // if it is the first, nobody need wait for it any more
    this.killAfter([worker], this.settings.shutdownTimeout + STOP_MARGIN_MS);
  }

  private ended(worker: SupervisedWorker, end: WorkerEnd): void {
    const { pid, isClean } = end;
    if (this.isStopping || worker.hasLeft) {
      this.isClean &&= isClean;
      worker.dismiss();
      if (isClean) this.events.emit('worker.stopped', { worker: worker.number, pid });
      else if (worker !== this.failedFirst) this.died(worker, end, undefined);
      this.finishWhenEnded();
      return;
    }
    const next = afterDeath(this.deaths.get(worker) ?? noDeaths, end, this.settings.crashLimit);
    this.deaths.set(worker, next.deaths);
    if ('giveUp' in next) {
      this.giveUp(worker, end, next.giveUp);
      return;
    }
    this.died(worker, end, next.restartIn);
    worker.startAgainIn(next.restartIn);
  }

  private died(
    { number: worker }: SupervisedWorker,
    { pid, why, kind }: WorkerEnd,
    restartIn: number | undefined,
  ): void {
    this.deathsOfKind.set(kind, (this.deathsOfKind.get(kind) ?? 0) + 1);
    this.events.emit('worker.died', { worker, pid, why, restartIn });
  }

  private giveUp(worker: SupervisedWorker, end: WorkerEnd, reason: string): void {
    this.isClean = false;
    this.died(worker, end, undefined);
    this.events.emit('supervisor.gave-up', { worker: worker.number, why: `it ${reason}, the last time by ${end.why}` });
    this.stop(`worker ${worker.number} ${reason}`);
  }

  private finishWhenEnded(): void {
    if (this.workers.every(({ state }) => state === 'ended')) this.finish();
  }
}
