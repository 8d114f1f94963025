import { isObject, parseJson, readJson, readText } from './json-body';

/** A message's bytes and properties as a format sees them when it reads a delivery. */
export interface ReadableMessage {
  readonly content: Buffer;
  readonly properties: {
    readonly messageId?: unknown;
    readonly type?: unknown;
    readonly contentType?: unknown;
    readonly contentEncoding?: unknown;
    readonly correlationId?: unknown;
    readonly replyTo?: unknown;
    readonly timestamp?: unknown;
    readonly headers?: Record<string, unknown>;
  };
}

/** What a message of another system says of its task, in places of its own. Of attempt and times, what Warren has written itself counts more. */
export interface StatedFacts {
  /** The task's id, whatever the message's `message_id` says, which becomes the same when Warren publishes the message again. */
  readonly id?: string;
  /** The run that it asks for, from 1. */
  readonly attempt?: number;
  /** No run begins before; milliseconds since 1970. It waits in the delay levels until then. */
  readonly notBefore?: number;
  /** No run begins from then on; milliseconds since 1970. */
  readonly expiresAt?: number;
  /** What a handler finds in its headers besides the message's own, and instead of those of the same name. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** The task found in a message: whose handler is called, with what. */
export interface ReadTask {
  readonly name: string;
  readonly payload: unknown;
  /** Set by Nest's request/response clients: somebody waits for an answer. */
  readonly requestId?: string;
  readonly stated?: StatedFacts;
}

/** Headers of a message, by their names. */
export interface HeadersRead {
  readonly names?: readonly string[];
  /** Every header whose name begins with one of these. */
  readonly prefixes?: readonly string[];
}

/** A task that is written. */
export interface TaskToWrite {
  readonly name: string;
  readonly payload: unknown;
  readonly id: string;
  /** The queue that it is for; an exchange's name for an event. */
  readonly queue: string;
  /** When it is added, and from when on no run of it begins; milliseconds since 1970. */
  readonly addedAt: number;
  readonly expiresAt?: number | undefined;
  /** Those that its adder gave it. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Of its definition; from 2 on it is written into the header `x-task-version`, whatever the format. */
  readonly version?: number | undefined;
}

/** A message whose format says more than a body. What is missing is as for every task. */
export interface WrittenMessage {
  readonly content: Buffer;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly correlationId?: string;
  /** Besides the task's own, and instead of those of the same name. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/**
 * How a queue's messages are written, and how they are read back. Pure; reading returns `undefined` for what it does not know, throws an
 * `UndecodableMessageError` to say why it does not, and a `MessageRefusedError` for what it may not take.
 */
export interface MessageFormat {
  /**
   * What it is called in the snapshot of contracts: formats of one name read each other's messages, and one whose name begins with another's and
   * a comma reads that one's too. What is made of another (`{ ...nestFormat, read }`) takes its name along, and wants one of its own. Missing: a
   * change of it is not seen.
   */
  readonly name?: string;
  readonly contentType: string;
  /** `true`: only who has the key reads the payload; pages that show payloads show none of such a queue. */
  readonly isEncrypted?: boolean;
  /**
   * The headers that `read` looks at. A seal around the format covers them, there or not; one that is left out here can be changed unseen by
   * who may write to the queue. Default: none, all is in the body.
   */
  readonly readsHeaders?: HeadersRead;
  /** The message of a task: its body, or more than that. */
  write(task: TaskToWrite): Buffer | WrittenMessage;
  /** The task of a message. @param queue the work queue that the message was in */
  read(message: ReadableMessage, queue?: string): ReadTask | undefined;
  /**
   * Throws when nothing could be read, or written: called by a worker before it consumes (`reading`), and by who adds at its start (`writing`,
   * `TaskQueue.assertWritable`), so that neither starts.
   */
  check?(use: 'reading' | 'writing'): void;
  /** What a body looks like, as JSON Schema, for those who send without Warren. @param payload what the payload looks like. Missing: nobody is told. */
  bodySchema?(this: void, name: string, payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** The headers that a message has besides its body, for the same people: without what is required here, `read` does not know it. Missing: none. */
  headersSchema?(this: void, name: string): HeadersSchema;
}

/** The headers of a message, each as JSON Schema; there may be others. */
export interface HeadersSchema {
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
}

/** A format that is all in the body. */
export interface BodyFormat extends MessageFormat {
  /** The body of a message with this task. */
  write(task: Pick<TaskToWrite, 'name' | 'payload'>): Buffer;
}

/**
 * Nest's own packets, `{"pattern": name, "data": payload}`: what `ClientRMQ` sends and `ServerRMQ` reads. The default.
 */
export const nestFormat: BodyFormat = {
  name: 'nest',
  contentType: 'application/json',
  write: (task) => Buffer.from(JSON.stringify({ pattern: task.name, data: task.payload })),
  read: (message) => readNestPacket(readJson(message.content)),
  bodySchema: (name, payload) => ({
    type: 'object',
    properties: { pattern: { const: name }, data: payload },
    required: ['pattern', 'data'],
  }),
};

/**
 * Plain text, as the RabbitMQ tutorial's programs send it: the whole body is the payload of the task named. Nest
 * packets are understood as well, so a Nest client can add to such a queue; not in a message that says by its `type` that
 * it is the task named, because then its text is a payload, whatever it looks like.
 */
export function plainText(taskName: string): BodyFormat {
  return {
    name: `text of ${taskName}`,
    contentType: 'text/plain',
    write: (task) => Buffer.from(textOf(task.payload)),
    read: (message) => {
      const text = readText(message.content);
      if (text === undefined) return undefined;
      const packet = message.properties.type === taskName ? undefined : readNestPacket(parseJson(text));
      return packet ?? { name: taskName, payload: text };
    },
    bodySchema: (_name, payload) => payload,
  };
}

/** One foreign JSON message, already parsed; `undefined` says that the rule does not know it. */
export type ForeignRule = (value: Readonly<Record<string, unknown>>) => ReadTask | undefined;

/**
 * Nest packets, and besides them other people's JSON objects: the rule names the task and takes out the payload.
 * Messages are written as Nest packets.
 */
export function foreignJson(rule: ForeignRule): BodyFormat {
  return {
    ...nestFormat,
    name: 'json',
    read: (message) => {
      const value = readJson(message.content);
      return readNestPacket(value) ?? (isObject(value) ? rule(value) : undefined);
    },
  };
}

/** The task of a Nest packet, parsed or not even JSON; `undefined` for anything else. */
export function readNestPacket(value: unknown): ReadTask | undefined {
  if (!isObject(value) || !('pattern' in value)) return undefined;
  const name = patternName(value['pattern']);
  if (name === undefined) return undefined;
  const id = value['id'];
  return { name, payload: value['data'], ...(typeof id === 'string' ? { requestId: id } : {}) };
}

/** The route of a pattern: a string is its own; a number is its digits; an object is its JSON, which Nest's server normalises. */
function patternName(pattern: unknown): string | undefined {
  if (typeof pattern === 'string' && pattern !== '') return pattern;
  if (Number.isFinite(pattern)) return String(pattern);
  if (!isObject(pattern)) return undefined;
  try {
    return JSON.stringify(pattern);
  } catch {
    return undefined; // nested too deeply to be written again: not a name anybody registered
  }
}

function textOf(payload: unknown): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('half a surrogate pair has no UTF-8');
  return text;
}
