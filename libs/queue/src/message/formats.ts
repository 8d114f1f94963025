/** A message's bytes and properties as a format sees them when it reads a delivery. */
export interface ReadableMessage {
  readonly content: Buffer;
  readonly properties: {
    readonly type?: unknown;
    readonly contentType?: unknown;
    readonly headers?: Record<string, unknown>;
  };
}

/** The task found in a message: whose handler is called, with what. */
export interface ReadTask {
  readonly name: string;
  readonly payload: unknown;
  /** Set by Nest's request/response clients: somebody waits for an answer. */
  readonly requestId?: string;
}

/** How a queue's messages are written, and how they are read back. Pure; reading returns `undefined` for what it does not know. */
export interface MessageFormat {
  readonly contentType: string;
  write(task: { readonly name: string; readonly payload: unknown }): Buffer;
  read(message: ReadableMessage): ReadTask | undefined;
}

/**
 * Nest's own packets, `{"pattern": name, "data": payload}`: what `ClientRMQ` sends and `ServerRMQ` reads. The default.
 */
export const nestFormat: MessageFormat = {
  contentType: 'application/json',
  write: (task) => Buffer.from(JSON.stringify({ pattern: task.name, data: task.payload })),
  read: (message) => readNestPacket(readJson(message.content)),
};

/**
 * Plain text, as the RabbitMQ tutorial's programs send it: the whole body is the payload of the task named. Nest
 * packets are understood as well, so a Nest client can add to such a queue; not in a message that says by its `type` that
 * it is the task named, because then its text is a payload, whatever it looks like.
 */
export function plainText(taskName: string): MessageFormat {
  return {
    contentType: 'text/plain',
    write: (task) => Buffer.from(textOf(task.payload)),
    read: (message) => {
      const text = readText(message.content);
      if (text === undefined) return undefined;
      const packet = message.properties.type === taskName ? undefined : readNestPacket(parseJson(text));
      return packet ?? { name: taskName, payload: text };
    },
  };
}

/** One foreign JSON message, already parsed; `undefined` says that the rule does not know it. */
export type ForeignRule = (value: Readonly<Record<string, unknown>>) => ReadTask | undefined;

/**
 * Nest packets, and besides them other people's JSON objects: the rule names the task and takes out the payload.
 * Messages are written as Nest packets.
 */
export function foreignJson(rule: ForeignRule): MessageFormat {
  return {
    ...nestFormat,
    read: (message) => {
      const value = readJson(message.content);
      return readNestPacket(value) ?? (isObject(value) ? rule(value) : undefined);
    },
  };
}

function readNestPacket(value: unknown): ReadTask | undefined {
  if (!isObject(value) || !('pattern' in value)) return undefined;
  const name = patternName(value['pattern']);
  if (name === undefined) return undefined;
  const id = value['id'];
  return { name, payload: value['data'], ...(typeof id === 'string' ? { requestId: id } : {}) };
}

/** The route of a pattern: a string is its own; an object is its JSON, which Nest's server normalises. */
function patternName(pattern: unknown): string | undefined {
  if (typeof pattern === 'string' && pattern !== '') return pattern;
  if (!isObject(pattern)) return undefined;
  try {
    return JSON.stringify(pattern);
  } catch {
    return undefined; // nested too deeply to be written again: not a name anybody registered
  }
}

function readJson(content: Buffer): unknown {
  const text = readText(content);
  return text === undefined ? undefined : parseJson(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Valid UTF-8 or nothing, a byte order mark included: a lossy decode would hand a handler other data than was sent. */
function readText(content: Buffer): string | undefined {
  try {
    return utf8.decode(content);
  } catch {
    return undefined;
  }
}

function textOf(payload: unknown): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('half a surrogate pair has no UTF-8');
  return text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
