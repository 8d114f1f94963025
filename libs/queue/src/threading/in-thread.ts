import { types } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { Delivery } from '../consuming/delivery';
import { TaskContext } from '../consuming/task-context';
import type { RunVoice } from '../consuming/task-context';
import { QueueEvents } from '../events';
import { resultText } from '../history/small-result';
import { runPolicy } from '../run-policy';
import { ProgressReports } from '../steering/progress-reports';
import type { TraceHeaders } from '../tracing';
import type { FromThread, ThreadOutcome, ThreadTask, ToThread } from './crossing';
import { receivedError, sendError } from './sent-error';

/** The handlers of a thread, once its module has booted. */
export interface ThreadApp {
  /** The names that it has handlers for. */
  readonly handles: readonly string[];
  /**
   * Runs the handler of this name, as a part of the trace that has crossed. Resolves with what it returned.
   * @throws UnrecoverableError when there is none.
   */
  handle(name: string, payload: unknown, context: TaskContext, trace?: TraceHeaders): Promise<unknown>;
  close(): Promise<void>;
}

/** One thread's side: boots the app with its first task, and runs one task after another. Never rejects. */
export class InThread {
  private app: Promise<ThreadApp> | undefined;

  constructor(private readonly boot: () => Promise<ThreadApp>) {}

  async run(task: ThreadTask): Promise<ThreadOutcome> {
    const say = (said: FromThread): void => task.port.postMessage(said, []);
    let app: ThreadApp | undefined;
    let sayLast = (): void => undefined;
    try {
      say({ kind: 'arrived' });
      const { context, abort, ended } = contextOf(task, say);
      sayLast = ended;
      task.port.on('message', (said: ToThread) => abort(receivedError(said.abort) as Error));
      app = await this.booted(task);
      say({ kind: 'begun' });
      const result = await app.handle(task.name, received(task.payload), context, task.trace);
      return task.keepsResult ? { result: resultText(result) } : {};
    } catch (error) {
      return app === undefined ? { bootError: sendError(error) } : { error: sendError(error) };
    } finally {
      sayLast();
      task.port.removeAllListeners('message');
      task.port.unref();
    }
  }

  /** A boot that has failed is tried again with the next task. */
  private async booted(task: ThreadTask): Promise<ThreadApp> {
    if (this.app !== undefined) return this.app;
    this.app = this.boot();
    try {
      const app = await this.app;
      const { port1, port2 } = new MessageChannel();
      port1.once('message', () => void app.close().finally(() => port1.close()));
      port1.unref();
      const said: FromThread = { kind: 'booted', port: port2, handles: app.handles };
      task.port.postMessage(said, [port2]);
      return app;
    } catch (error) {
      this.app = undefined;
      throw error;
    }
  }
}

/** The same context as in the worker itself: made of the same message and what was read in it, settled there by what is said of it here. */
function contextOf(
  { name, queue, id, attempt, attempts, headers: stated, message }: ThreadTask,
  say: (said: FromThread) => void,
): { context: TaskContext; abort: (reason: Error) => void; ended: () => void } {
  const content = bufferOf(message.content);
  const properties = { ...message.properties, headers: receivedHeaders(message.properties.headers) };
  const delivery = new Delivery({ ...message, content, properties }, noChannel(), queue, new QueueEvents());
  delivery.name = name;
  delivery.stated = { id, attempt, ...(stated === undefined ? {} : { headers: receivedHeaders(stated) }) };
  const reports = new ProgressReports<Delivery>(
    (_run, progress) => say({ kind: 'progress', ...progress }),
    (_run, fraction) => say({ kind: 'progress', fraction, note: undefined }), // dropped there, and said
  );
  const voice: RunVoice = {
    progress: (fraction, note) => reports.report(delivery, fraction, note),
    ack: () => say({ kind: 'settle', as: 'ack' }),
    requeue: () => say({ kind: 'settle', as: 'requeue' }),
    reject: () => say({ kind: 'settle', as: 'reject' }),
    ignore: () => say({ kind: 'settle', as: 'ignore' }),
  };
  const context = new TaskContext(delivery, name, runPolicy(`Task "${name}"`, { attempts }), voice);
  return { context, abort: (reason) => delivery.abort(reason), ended: () => reports.flush(delivery) };
}

function receivedHeaders(headers: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, received(value)]));
}

/** A `Buffer` crosses as a `Uint8Array`; a handler gets what it would get in the worker itself. */
function received(value: unknown): unknown {
  return types.isUint8Array(value) ? bufferOf(value) : value;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The channel is the worker's; a thread can only say how its delivery is to be settled. */
function noChannel(): Delivery['channel'] {
  const refuse = (method: string) => (): never => {
    throw new Error(
      `channel.${method}() cannot be called in a thread, which has no channel: it can settle its own delivery ` +
        '(ack, nack, reject). Add tasks with TaskQueue, of a QueueModule that the thread’s module imports.',
    );
  };
  const channel: object = new Proxy(
    {},
    { get: (_none, name) => (typeof name === 'string' ? refuse(name) : undefined) },
  );
  return Object.assign(Object.create(channel) as Delivery['channel'], { amqp: channel });
}
