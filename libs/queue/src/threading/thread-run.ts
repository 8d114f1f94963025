import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { ConsumeMessage } from '../connection/amqp';
import type { TaskContext } from '../consuming/task-context';
import type { TaskDefinition } from '../define-task';
import { RetryLater, TaskTimeoutError, ThreadFailedError, UnrecoverableError } from '../errors';
import { resultOfText } from '../history/small-result';
import type { TraceHeaders } from '../tracing';
import type { FromThread, ThreadOutcome, ThreadTask, ToThread } from './crossing';
import type { Threads } from './open-threads';
import { receivedError, sendError } from './sent-error';

/**
 * Milliseconds that a handler has to end by itself after its signal fired; then its thread is ended. Less than what a
 * stopping worker waits before it gives the task back, so that no other worker begins it while it still runs here; native code aside,
 * which nothing ends.
 */
const THREAD_GRACE_MS = 300;

/** Milliseconds until a task comes back whose thread could not begin it. */
const NOT_BEGUN_DELAY_MS = 10_000;

/** A message of another delivery, to the channel: its settling is ignored and told. */
const NOT_ITS_OWN = { fields: { deliveryTag: undefined } } as unknown as ConsumeMessage;

/** Who is told what a run finds out about its thread. */
export interface ThreadWatch {
  /** Milliseconds that a thread has to load its file and boot its module; then it is ended. */
  readonly bootTimeout: number;
  /** The thread has booted its module, which has handlers of these names, and closes it when it is told so by this port. */
  booted(port: MessagePort, handles: readonly string[]): void;
  /** The thread could not begin the run. */
  failed(error: Error): void;
}

/** One run of a handler in a thread, as the main thread sees it: sends it there, passes on what is said, and ends it. */
export class ThreadRun {
  /**
   * Resolves when the thread has gone that was ended with the run; `undefined`: there is none, and whose thread it was is free. A thread is
   * not gone with the word that ends it: native code (`execSync` and the like) ends when it returns.
   */
  gone: Promise<unknown> | undefined;
  private readonly channel = new MessageChannel();
  /** A thread's ports close when it has gone; before its exit is told, so nobody may listen only then. */
  private readonly closed = once(this.channel.port1, 'close');
  /** Fires with the reason for which the thread is ended in the middle of the run. */
  private readonly ending = new AbortController();
  private bootTimer: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;
  private grace: NodeJS.Timeout | undefined;
  private isOverdue = false;
  private isOver = false;
  private hasArrived = false;
  private hasBegun = false;

  constructor(
    private readonly task: TaskDefinition,
    private readonly payload: unknown,
    private readonly context: TaskContext,
    private readonly watch: ThreadWatch,
    private readonly trace?: TraceHeaders,
  ) {}

  /**
   * Runs it in a thread that is free. Resolves with what is kept of what its handler returned.
   * @throws what the handler threw
   * @throws TaskTimeoutError when its time was over, however it ended then
   * @throws ThreadFailedError when the thread ended in the middle of it
   * @throws RetryLater, which is no attempt, when the thread could not begin it: it did not boot, in time or at all, or there is no pool
   */
  async in(threads: Promise<Threads>): Promise<unknown> {
    const { signal } = this.context;
    const stop = (): void => this.abort(signal.reason as Error);
    this.channel.port1.on('message', (message: FromThread) => this.hear(message));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const { bootTimeout } = this.watch;
    this.bootTimer = setTimeout(() => {
      this.ending.abort(this.notBegun(new Error(`it has not booted in ${bootTimeout} ms`)));
    }, bootTimeout);
    try {
      const { error, bootError, result } = await this.outcome(threads);
      if (bootError !== undefined) throw this.notBegun(receivedError(bootError));
      if (this.isOverdue) throw this.timeoutError('Its handler ended after its signal had fired.');
      if (error !== undefined) throw receivedError(error);
      return resultOfText(result);
    } finally {
      this.isOver = true;
      clearTimeout(this.bootTimer);
      clearTimeout(this.timer);
      clearTimeout(this.grace);
      signal.removeEventListener('abort', stop);
      if (this.gone === undefined) this.channel.port1.close();
    }
  }

  /** The pool may not be able to make a thread, and would let it wait for ever. A run that has one goes on: `false`. */
  fail(why: Error): boolean {
    this.hearAll();
    if (!this.hasArrived) this.ending.abort(comeBack(why));
    return !this.hasArrived;
  }

  private async outcome(threads: Promise<Threads>): Promise<ThreadOutcome> {
    const { port2 } = this.channel;
    try {
      const options = { transferList: [port2], signal: this.ending.signal };
      const outcome = (await (await threads).run(this.threadTask(port2), options)) as ThreadOutcome;
      this.hearAll();
      return outcome;
    } catch (error) {
      this.hearAll();
      // One that could not load its file, or was never asked, is not ended: its port would not close before it is.
      if (this.hasArrived || this.ending.signal.aborted) this.gone = this.left(port2);
      if (this.ending.signal.aborted) throw this.ending.signal.reason;
      if (error instanceof Error && error.name === 'DataCloneError') throw notCrossing(this.task.name, error);
      throw this.hasBegun ? new ThreadFailedError(error) : this.notBegun(error);
    }
  }

  /** The thread that had it was ended. When none has, the port is still here, and closing it is the end of both. */
  private left(port2: MessagePort): Promise<unknown> {
    port2.close();
    this.channel.port1.unref();
    return this.closed;
  }

  private threadTask(port: MessagePort): ThreadTask {
    const { content, fields, properties } = this.context.getMessage();
    const { name, attempts, keepResult: keepsResult = true } = this.task;
    const message = { content: new Uint8Array(content), fields: { ...fields }, properties: { ...properties } };
    const { trace } = this;
    const { id, queue, attempt } = this.context;
    const headers = this.context.headers === properties.headers ? undefined : this.context.headers;
    // A copy, without what else is in the memory that a Buffer is a part of.
    const payload = Buffer.isBuffer(this.payload) ? new Uint8Array(this.payload) : this.payload;
    return { name, queue, id, attempt, attempts, headers, keepsResult, payload, message, port, trace };
  }

  /** An outcome or an end comes by another way: what was said before it is not left behind. */
  private hearAll(): void {
    const { port1 } = this.channel;
    for (let said = receiveMessageOnPort(port1); said !== undefined; said = receiveMessageOnPort(port1)) {
      this.hear(said.message as FromThread);
    }
  }

  /** A thread that is slow to go may still talk. */
  private hear(said: FromThread): void {
    if (this.isOver) return;
    if (said.kind === 'arrived') this.hasArrived = true;
    else if (said.kind === 'booted') this.watch.booted(said.port, said.handles);
    else if (said.kind === 'progress') this.context.progress(said.fraction, said.note);
    else if (said.kind === 'settle') this.settle(said.as);
    else this.begun();
  }

  private begun(): void {
    this.hasBegun = true;
    clearTimeout(this.bootTimer);
    const { timeout } = this.task;
    if (timeout === undefined) return;
    this.timer = setTimeout(() => {
      this.isOverdue = true;
      this.abort(this.timeoutError('Its thread is ended if it does not end by itself.'));
    }, timeout);
  }

  private settle(as: Extract<FromThread, { kind: 'settle' }>['as']): void {
    const channel = this.context.getChannelRef();
    if (as === 'ack') channel.ack(this.context.getMessage());
    else if (as === 'ignore') channel.ack(NOT_ITS_OWN);
    else channel.nack(this.context.getMessage(), false, as === 'requeue');
  }

  /** Its signal fires there, and a moment later nothing of it runs any more. */
  private abort(reason: Error): void {
    if (this.grace !== undefined) return;
    const said: ToThread = { abort: sendError(reason) };
    this.channel.port1.postMessage(said);
    this.grace = setTimeout(() => {
      this.ending.abort(
        this.isOverdue ? this.timeoutError('Its handler did not end, so its thread was ended.') : reason,
      );
    }, THREAD_GRACE_MS);
  }

  /** Told, and no attempt of the task: its handler was not called. */
  private notBegun(cause: unknown): RetryLater {
    const error = comeBack(cause);
    this.watch.failed(error);
    return error;
  }

  private timeoutError(what: string): TaskTimeoutError {
    return new TaskTimeoutError(this.task.timeout ?? 0, what);
  }
}

/** Not the task's doing: it comes back, without an attempt. */
export function comeBack(cause: unknown): RetryLater {
  const message = `The task's thread could not begin it (${String(cause)}).`;
  return new RetryLater(NOT_BEGUN_DELAY_MS, { counted: false, cause, message });
}

function notCrossing(name: string, cause: Error): UnrecoverableError {
  return new UnrecoverableError(`The payload of "${name}" cannot cross into a thread: ${cause.message}`, { cause });
}
