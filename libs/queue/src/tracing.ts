import type { TaskDefinition } from './define-task';
import type { IncomingMessage, OutgoingMessage } from './message/message';
import type { HeaderValue } from './message/task-message';

/** Headers that carry a trace's context with a message: `traceparent`, `tracestate`, whatever the app's propagator writes. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** One of an `add`, or of an `addBulk`, whose own span stands around all of them. */
export type Adding = 'send' | 'create';

/** Where a run that failed sends its task on to. */
export type Moving = 'retry' | 'dead-letter';

/** What a task was given when it was added, as far as its trace tells it. */
export interface TracedOptions {
  readonly id?: string;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  readonly delay?: number;
}

/** A task that is added, or an event that is published, which has an exchange for a queue. */
export interface AddedTo {
  readonly name: string;
  readonly queue: { readonly name: string };
}

/** A delivery whose task is run or moved. */
export interface TracedTask {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly queue: string;
  readonly attempt: number;
  readonly isRedelivered: boolean;
  readonly message: IncomingMessage;
  /** Set to the trace of its first run, where its message comes without one. */
  traceId: string | undefined;
}

/** The context that a handler gets, of one task or of each task of a batch. */
export interface TracedContext extends Omit<TracedTask, 'name' | 'message' | 'traceId'> {
  readonly name: string;
  readonly headers: Readonly<Record<string, unknown>>;
  getMessage(): IncomingMessage;
}

/**
 * What stands around the adding, running and moving of tasks, for whoever traces them: plain functions that the wiring hands in. Each
 * calls what it is given once, and passes on its result or error.
 */
export interface Tracing {
  /** Whether spans are recorded now. While they are not, `add`, `addBulk`, `move` and `redrive` need not be called. Costs next to nothing. */
  readonly isOn: boolean;
  /** Whether something is to be around runs: spans, or what tells log lines their task. While not, `run` and `batch` need not be called. */
  readonly surroundsRuns: boolean;
  /** Around one task's adding; what stores it writes these headers into its message. */
  add<Added extends { readonly id: string }>(
    as: Adding,
    task: AddedTo,
    options: TracedOptions,
    store: (headers: TraceHeaders) => Promise<Added>,
  ): Promise<Added>;
  /** Around the adding of many tasks. */
  addBulk<Result>(tasks: readonly { readonly task: TaskDefinition }[], add: () => Promise<Result>): Promise<Result>;
  /** Around one run of one task, from its handler's beginning to its end or its timeout. */
  run<Result>(task: TracedTask, handle: () => Promise<Result>): Promise<Result>;
  /** Around one run of a handler of batches. */
  batch<Result>(
    batch: { readonly name: string; readonly queue: string; readonly tasks: readonly TracedContext[] },
    handle: () => Promise<Result>,
  ): Promise<Result>;
  /** Around the sending on of a task whose run failed, or that could not be run. */
  move<End>(
    as: Moving,
    task: TracedTask,
    message: OutgoingMessage,
    carryOut: (message: OutgoingMessage) => Promise<End>,
  ): Promise<End>;
  /** Around the giving back of a dead letter; its message gets these headers. */
  redrive(
    letter: { readonly id: string; readonly name: string | undefined; readonly queue: string },
    headers: Readonly<Record<string, unknown>> | undefined,
    store: (headers: TraceHeaders) => Promise<void>,
  ): Promise<void>;
  /** What a thread must know to go on with the trace of the run that it is sent; nothing when there is none. */
  crossing(): TraceHeaders | undefined;
  /** Around a handler in a thread, with what has crossed to it. */
  inThread<Result>(
    context: TracedContext,
    crossed: TraceHeaders | undefined,
    handle: () => Promise<Result>,
  ): Promise<Result>;
}

/** Nobody traces. */
export const noTracing: Tracing = {
  isOn: false,
  surroundsRuns: false,
  add: (_as, _task, _options, store) => store({}),
  addBulk: (_tasks, add) => add(),
  run: (_task, handle) => handle(),
  batch: (_batch, handle) => handle(),
  move: (_as, _task, message, carryOut) => carryOut(message),
  redrive: (_letter, _headers, store) => store({}),
  crossing: () => undefined,
  inThread: (_context, _crossed, handle) => handle(),
};
