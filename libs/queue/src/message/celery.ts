import { UndecodableMessageError } from '../errors';
import { readNestPacket } from './formats';
import type { MessageFormat, ReadableMessage, StatedFacts } from './formats';
import { header } from './headers';
import { hasInexactInteger, isObject, parseJson, readJson, readText } from './json-body';

/** The arguments of a Celery task, by position and by name. */
export interface CeleryCall {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** What {@link celery} takes. */
export interface CeleryOptions {
  /** What a handler gets of a call. Default: the `kwargs` where there are no `args`, the `args` where there are no `kwargs`, else `{ args, kwargs }`. */
  readonly payloadOf?: (call: CeleryCall) => unknown;
  /** The call that is written for a payload. Default: a list is the `args`, `{ args, kwargs }` both, any other object the `kwargs`. */
  readonly callOf?: (payload: unknown) => CeleryCall;
  /**
   * `true`: a call's `time_limit` and `soft_time_limit` are taken and not kept, and the definition's `timeout` is the only limit. Default:
   * `false`, and such a message is `undecodable`.
   */
  readonly ignoreTimeLimits?: boolean;
}

/** What Celery has done when the task has ended. Warren does none of it, so a message that asks for it is not understood. */
const SEQUELS = ['callbacks', 'errbacks', 'chain', 'chord'] as const;

/**
 * Celery's messages (task protocol 2, JSON): a queue that Celery's clients send to and Warren's handlers work on, or the other way
 * round. A task has the same name on both sides. `eta` and `countdown` become a delay, `expires` the end of its time, `retries` the
 * attempt. Results are not sent back, and chains, chords, callbacks and time limits are not carried out: such a message is `undecodable`, as is
 * one with a whole number that JavaScript cannot hold. Nest packets are understood as well. See https://docs.celeryq.dev/en/stable/internals/protocol.html.
 *
 * Celery declares its queues as classic ones without arguments: define the queue with `type: 'classic'`.
 */
export function celery({
  payloadOf = payloadOfCall,
  callOf = callOfPayload,
  ignoreTimeLimits = false,
}: CeleryOptions = {}): MessageFormat {
  return {
    name: ignoreTimeLimits ? 'celery, with time limits' : 'celery',
    contentType: 'application/json',
    readsHeaders: { names: ['task', 'id', 'compression', 'eta', 'expires', 'retries', 'timelimit'] },
    write: ({ name, payload, id, expiresAt }) => {
      const { args, kwargs } = callOf(payload);
      const sequels = Object.fromEntries(SEQUELS.map((sequel) => [sequel, null]));
      return {
        content: Buffer.from(JSON.stringify([args, kwargs, sequels])),
        contentEncoding: 'utf-8', // Celery decodes nothing without it
        correlationId: id,
        headers: headersOf(name, id, expiresAt),
      };
    },
    read: (message) => {
      const { headers = {} } = message.properties;
      const { task: name, id } = headers;
      if (typeof name !== 'string' || name === '') return readNestPacket(readJson(message.content));
      const call = readCall(message);
      const facts = factsOf(headers);
      if (call === undefined || facts === undefined) return undefined;
      if (!ignoreTimeLimits) assertNoTimeLimit(headers);
      const stated = { ...facts, ...(typeof id === 'string' && id !== '' ? { id } : {}) };
      return { name, payload: payloadOf(call), stated };
    },
    bodySchema: () => ({
      type: 'array',
      items: [{ type: 'array' }, { type: 'object' }, { type: 'object' }],
      description:
        'Celery’s protocol 2: the arguments by position, those by name, and what follows. They are the payload.',
    }),
    headersSchema: (name) => ({
      properties: {
        task: { const: name },
        id: { type: 'string', minLength: 1 },
        eta: { type: ['string', 'null'], description: 'An ISO time: no run begins before.' },
        expires: { type: ['string', 'null'], description: 'An ISO time: no run begins from then on.' },
        retries: { type: 'integer', minimum: 0 },
        ...(ignoreTimeLimits ? {} : { timelimit: { type: 'array', items: { type: 'null' } } }),
      },
      required: ['task', 'id'],
    }),
  };
}

function headersOf(task: string, id: string, expiresAt: number | undefined): Record<string, unknown> {
  return {
    lang: 'js',
    task,
    id,
    root_id: id,
    parent_id: null,
    group: null,
    eta: null, // what waits does so in the broker, and is due when a worker gets it
    expires: expiresAt === undefined ? null : isoTime(expiresAt),
    retries: 0,
    timelimit: [null, null],
    origin: 'warren',
    ignore_result: true,
  };
}

/** Celery takes the digits behind the point for microseconds, however many there are. */
function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/Z$/, '000+00:00');
}

function readCall({ content, properties }: ReadableMessage): CeleryCall | undefined {
  const { contentType, headers = {} } = properties;
  if (contentType !== 'application/json' || isSet(headers['compression'])) return undefined;
  const text = readText(content) ?? '';
  const body = parseJson(text);
  if (!Array.isArray(body)) return undefined;
  const [args, kwargs, sequels] = body as readonly unknown[];
  if (!Array.isArray(args) || !isObject(kwargs)) return undefined;
  if (isObject(sequels) && SEQUELS.some((sequel) => isSet(sequels[sequel]))) return undefined;
  if (hasInexactInteger(text))
    throw new UndecodableMessageError(
      'it has a whole number that JavaScript would change, beyond 2^53; send it as a text',
    );
  return { args, kwargs };
}

/** @throws UndecodableMessageError for a limit that nobody would keep; not of what was given back from the dead-letter queue. */
function assertNoTimeLimit({ timelimit, [header.timesRedriven]: redriven }: Readonly<Record<string, unknown>>): void {
  const limits: readonly unknown[] = Array.isArray(timelimit) ? timelimit : [timelimit];
  if (redriven !== undefined || !limits.some(isSet)) return;
  throw new UndecodableMessageError(
    'its time_limit or soft_time_limit is not carried out here; give the definition a timeout, and say celery({ ignoreTimeLimits: true })',
  );
}

/** Celery writes `null` and empty lists for what is not asked for. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** `undefined` when a time cannot be read: what expires, or may not run yet, is not run on a guess. */
function factsOf(headers: Readonly<Record<string, unknown>>): Omit<StatedFacts, 'id'> | undefined {
  // Given back from the dead-letter queue it begins anew, without the limits it had.
  if (headers[header.timesRedriven] !== undefined) return {};
  const { eta, expires, retries } = headers;
  const [notBefore, expiresAt] = [timeOf(eta), timeOf(expires)];
  if (Number.isNaN(notBefore) || Number.isNaN(expiresAt)) return undefined;
  return {
    ...(Number.isSafeInteger(retries) && Number(retries) > 0 ? { attempt: Number(retries) + 1 } : {}),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** An ISO time in milliseconds since 1970, UTC where it names no zone; NaN for what is none. */
function timeOf(value: unknown): number | undefined {
  if (!isSet(value)) return undefined;
  if (typeof value !== 'string') return NaN;
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
}

function payloadOfCall({ args, kwargs }: CeleryCall): unknown {
  if (args.length === 0) return kwargs;
  return Object.keys(kwargs).length === 0 ? args : { args, kwargs };
}

function callOfPayload(payload: unknown): CeleryCall {
  if (payload === undefined || payload === null) return { args: [], kwargs: {} };
  if (Array.isArray(payload)) return { args: payload, kwargs: {} };
  if (!isObject(payload)) throw new TypeError('Celery takes a list, its args, or an object, its kwargs');
  const { args, kwargs, ...others } = payload;
  const isCall = Array.isArray(args) && isObject(kwargs) && Object.keys(others).length === 0;
  return isCall ? { args, kwargs } : { args: [], kwargs: payload };
}
