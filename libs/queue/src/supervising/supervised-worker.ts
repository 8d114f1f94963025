import type { ChildProcess } from 'node:child_process';
import type { QueueEvents } from '../events';
import type { Metric } from '../metrics/prometheus-text';
import { readinessReasons, readinessRemarks } from '../readiness-reasons';
import { readTold } from './channel-messages';
import type { Order, Told } from './channel-messages';
import { MetricsQuestion } from './metrics-question';
import type { WorkerFigures } from './supervisor-metrics';
import { TaskTally } from './task-counts';
import type { DeathKind, ProcessState, WorkerEnd, WorkerStatus } from './worker-status';

/** Who is told what becomes of a worker. */
export interface Guardian {
  /** Starts a process of this worker. */
  readonly fork: (worker: number) => ChildProcess;
  /** It has started: it consumes all its queues. */
  readonly started: () => void;
  /** It says why it cannot start, and ends. */
  readonly startFailed: (worker: SupervisedWorker, text: string) => void;
  /** Somebody has told it to stop, and it does: it is not to be started again. */
  readonly leaves: (worker: SupervisedWorker) => void;
  readonly ended: (worker: SupervisedWorker, end: WorkerEnd) => void;
}

/** Seconds without a report from which on readiness names a worker. */
const SILENT_AFTER = 5;

/** Seconds a process has for its first report at least: a busy machine loads programs slowly. */
const FIRST_REPORT_WITHIN = 60;

/** One of the workers that are wanted, whichever process it is at the moment. */
export class SupervisedWorker {
  private currentState: ProcessState = 'waiting';
  private since = new Date();
  private child: ChildProcess | undefined;
  private starts = 0;
  private startedAt = 0;
  private problemsTold: readonly string[] | undefined;
  private remarksTold: readonly string[] = [];
  private leftBecause: string | undefined;
  private silentFor = 0;
  private lastEnd: WorkerEnd | undefined;
  private hasConsumed = false;
  private startFailure: string | undefined;
  private isKilled = false;
  private readonly tally = new TaskTally();
  private readonly question = new MetricsQuestion();
  private restart: NodeJS.Timeout | undefined;

  constructor(
    readonly number: number,
    private readonly guardian: Guardian,
    private readonly events: QueueEvents,
  ) {}

  get state(): ProcessState {
    return this.currentState;
  }

  /** Somebody has told it to stop, for good. */
  get hasLeft(): boolean {
    return this.leftBecause !== undefined;
  }

  get status(): WorkerStatus {
    return {
      worker: this.number,
      pid: this.child?.pid,
      state: this.currentState,
      restarts: this.restarts,
      since: this.since.toISOString(),
    };
  }

  get figures(): WorkerFigures {
    return {
      worker: this.number,
      isRunning: this.child?.pid !== undefined,
      isReady: !this.hasLeft && this.reasons().length === 0,
      restarts: this.restarts,
      running: this.tally.running,
      tasks: this.tally.total,
    };
  }

  /** What its process tells of itself; nothing without a process, and from one that does not answer. */
  async metrics(): Promise<readonly Metric[]> {
    const { child } = this;
    return child?.connected === true ? this.question.ask((asked) => child.send(asked, () => undefined)) : [];
  }

  /** Every reason why it does not do its work now, in its own words or the supervisor's; empty when it does. */
  get problems(): readonly string[] {
    return this.reasons().map((reason) => readinessReasons.ofWorker(this.number, reason));
  }

  /** What was ordered and is no problem. */
  get remarks(): readonly string[] {
    const remarks = this.leftBecause === undefined ? this.remarksTold : [readinessRemarks.left(this.leftBecause)];
    return remarks.map((remark) => readinessReasons.ofWorker(this.number, remark));
  }

  start(): void {
    this.starts += 1;
    this.startedAt = performance.now();
    this.hasConsumed = false;
    this.problemsTold = undefined;
    this.remarksTold = [];
    this.startFailure = undefined;
    this.isKilled = false;
    this.silentFor = 0;
    this.enter('starting');
    let child: ChildProcess;
    try {
      child = this.guardian.fork(this.number);
    } catch (error) {
      this.end(undefined, error instanceof Error ? error.message : String(error), null, null);
      return;
    }
    this.child = child;
    child.on('message', (message) => this.hear(readTold(message)));
    // Not at 'exit': what it has sent before may still have to be read.
    child.once('close', (code, signal) => this.end(child, signal ?? `exit code ${code}`, code, signal));
    child.on('error', (error) => {
      if (child.pid === undefined) this.end(child, error.message, null, null);
    });
    this.events.emit('worker.started', { worker: this.number, pid: child.pid, restarts: this.starts - 1 });
  }

  startAgainIn(milliseconds: number): void {
    this.restart = setTimeout(() => this.start(), milliseconds);
  }

  /** Tells it to stop or to hurry. A worker without a process has ended with that. */
  order(order: Order): void {
    this.dismiss();
    if (this.child === undefined) return;
    if (this.currentState !== 'stopping') this.enter('stopping');
    if (this.child.connected) this.child.send(order, () => undefined); // one that has just ended hears nothing
  }

  /** No process of it is wanted any more: it has ended, unless one still runs. */
  dismiss(): void {
    clearTimeout(this.restart);
    if (this.child === undefined) this.enter('ended');
  }

  /** Ends its process without asking it; what it held goes back to the broker. */
  kill(why: string): void {
    if (this.child === undefined) return;
    this.events.emit('worker.killed', { worker: this.number, pid: this.child.pid, why });
    this.isKilled = true;
    this.child.kill('SIGKILL');
  }

  /**
   * To be called once a second: a worker whose event loop is blocked for so many seconds is killed, because the broker has long since
   * handed out its tasks again. Counted in calls, so that a supervisor that was held up itself takes nobody for silent.
   */
  lookAt(killAfter: number): void {
    if (this.currentState !== 'starting' && this.currentState !== 'up') return;
    this.silentFor += 1;
    const limit = this.problemsTold === undefined ? Math.max(killAfter, FIRST_REPORT_WITHIN) : killAfter;
    if (this.silentFor === limit) this.kill(`it has not reported for ${limit} s`);
  }

  private get restarts(): number {
    return Math.max(0, this.starts - 1);
  }

  private reasons(): readonly string[] {
    if (this.hasLeft) return [];
    if (this.currentState === 'waiting') {
      return [this.lastEnd ? readinessReasons.died(this.lastEnd.why) : readinessReasons.waitsForFirst()];
    }
    if (this.currentState === 'stopping' || this.currentState === 'ended') return [readinessReasons.stopping()];
    const told = this.problemsTold;
    if (told === undefined) return [readinessReasons.starting()];
    if (this.silentFor >= SILENT_AFTER) return [...told, readinessReasons.silent(this.silentFor)];
    return told.length === 0 && this.currentState === 'starting' ? [readinessReasons.starting()] : told;
  }

  private hear(told: Told | undefined): void {
    if (told?.kind === 'start-failed') {
      this.startFailure = told.text;
      this.guardian.startFailed(this, told.text);
    }
    if (told?.kind === 'metrics') this.question.hear(told);
    if (told?.kind === 'leaving') this.leave(told.why);
    if (told?.kind !== 'report') return;
    this.problemsTold = told.problems;
    this.remarksTold = told.remarks ?? [];
    this.silentFor = 0;
    this.hasConsumed = told.hasConsumed;
    this.tally.hear(told);
    if (!told.hasStarted || this.currentState !== 'starting') return;
    this.enter('up');
    this.guardian.started();
  }

  private leave(why: string): void {
    if (this.currentState === 'stopping') return; // everybody stops
    this.leftBecause = why;
    this.enter('stopping');
    this.guardian.leaves(this);
  }

  /** Counts once: a process that could not be started says so, and closes as well. */
  private end(child: ChildProcess | undefined, why: string, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.child !== child) return;
    const pid = child?.pid;
    // A signal that comes before the program listens for it ends a process in which nothing has begun.
    const isEndedBeforeBegun = this.problemsTold === undefined && (signal === 'SIGTERM' || signal === 'SIGINT');
    this.child = undefined;
    this.tally.endProcess();
    this.question.giveUp();
    this.lastEnd = {
      pid,
      why: this.startFailure ?? why,
      kind: this.kindOfEnd(pid, signal),
      isClean: code === 0 || isEndedBeforeBegun,
      hasConsumed: this.hasConsumed && this.startFailure === undefined,
      livedFor: performance.now() - this.startedAt,
    };
    this.enter(this.currentState === 'stopping' ? 'ended' : 'waiting');
    this.guardian.ended(this, this.lastEnd);
  }

  private kindOfEnd(pid: number | undefined, signal: NodeJS.Signals | null): DeathKind {
    if (pid === undefined) return 'not-started';
    if (this.startFailure !== undefined) return 'start-failed';
    if (signal === null) return 'exit';
    return this.isKilled ? 'killed' : 'signal';
  }

  private enter(state: ProcessState): void {
    this.currentState = state;
    this.since = new Date();
  }
}
