import type { MessagePort } from 'node:worker_threads';
import type { ResultText } from '../history/small-result';
import type { IncomingMessage } from '../message/message';
import type { TraceHeaders } from '../tracing';
import type { SentError } from './sent-error';

/** What a thread is given for one run: all that its `TaskContext` is made of, and a way to talk about the run. */
export interface ThreadTask {
  readonly name: string;
  readonly queue: string;
  /** As they are known in the worker: of another system's message only who reads it by its queue's format knows them. */
  readonly id: string | undefined;
  readonly attempt: number;
  readonly attempts: number;
  /** Those that a handler finds, where they are not the message's alone. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Whether what its handler returns may be kept: only then does it leave its thread. */
  readonly keepsResult: boolean;
  /** One that is a `Buffer` comes as a `Uint8Array`. */
  readonly payload: unknown;
  /** Its content comes as a `Uint8Array`: a `Buffer` does not cross. */
  readonly message: Omit<IncomingMessage, 'content'> & { readonly content: Uint8Array };
  readonly port: MessagePort;
  /** The context of the run's span, when it is traced. */
  readonly trace?: TraceHeaders | undefined;
}

/** To the thread, while it runs: the signal fires, for this reason. */
export interface ToThread {
  readonly abort: SentError;
}

/** From the thread, while it runs. */
export type FromThread =
  /** The thread has the task: what follows is its own doing, and no other thread's. */
  | { readonly kind: 'arrived' }
  /** The thread is ready and the handler is called: the time of its `timeout` begins. */
  | { readonly kind: 'begun' }
  /** How far the run is, by its handler's word. */
  | { readonly kind: 'progress'; readonly fraction: number; readonly note: string | undefined }
  /** The handler settles its delivery itself; `ignore`: a delivery that is not in its hand. */
  | { readonly kind: 'settle'; readonly as: 'ack' | 'requeue' | 'reject' | 'ignore' }
  /** The thread has booted its module, which has handlers of these names: by this port it is told to close it, and its end is known. */
  | { readonly kind: 'booted'; readonly port: MessagePort; readonly handles: readonly string[] };

/** How the handler ended. */
export interface ThreadOutcome {
  /** What is kept of what it returned, as JSON: more than that stays in its thread. `false`: it is too large to be kept. */
  readonly result?: ResultText;
  /** What the handler threw. */
  readonly error?: SentError;
  /** Why the thread's module could not boot; the handler was not called. */
  readonly bootError?: SentError;
}
