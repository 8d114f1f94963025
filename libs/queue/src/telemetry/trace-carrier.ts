import { ROOT_CONTEXT, diag, propagation } from '@opentelemetry/api';
import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { isShortString } from '../message/field-table';
import { header, isBrokerHeader } from '../message/headers';
import type { OutgoingMessage } from '../message/message';
import type { TraceHeaders } from '../tracing';
import { quietly } from './span-errors';

type Headers = Readonly<Record<string, unknown>>;

/** What a propagator may write in all: W3C's three headers have their own limits, below it. All headers share one frame. */
const MAX_CHARACTERS = 16_000;

/** Names that have a meaning of their own; no propagator has one of them. */
const TAKEN = new Set<string>(Object.values(header));

const setter: TextMapSetter<Map<string, string>> = {
  set: (carrier, name, value: unknown) => {
    const isHeader = isShortString(name) && !TAKEN.has(name) && !isBrokerHeader(name);
    if (isHeader && typeof value === 'string') carrier.set(name, value);
  },
};

/** Anybody may have written anything into a message's headers: only text of a sane length is looked at. */
const getter: TextMapGetter<Headers> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    return typeof value === 'string' && value.length <= MAX_CHARACTERS ? value : undefined;
  },
};

/** A context as headers, by the app's propagator: none when it has registered none. */
export function injected(context: Context): TraceHeaders {
  const carrier = new Map<string, string>();
  try {
    propagation.inject(context, carrier, setter);
  } catch (error) {
    diag.error('A propagator could not write a context', error);
  }
  const entries = [...carrier];
  const characters = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return characters > MAX_CHARACTERS ? {} : Object.fromEntries(entries);
}

/** The context that headers carry, whoever wrote them: the root's when there is none that can be read. */
export function extracted(headers: Headers | undefined): Context {
  if (headers === undefined) return ROOT_CONTEXT;
  try {
    return propagation.extract(ROOT_CONTEXT, headers, getter);
  } catch (error) {
    diag.error('A propagator could not read a context', error);
    return ROOT_CONTEXT;
  }
}

/** Whether somebody has given a message a context of its own, which is nobody else's to replace. */
export function carriesContext(headers: unknown): headers is Headers {
  if (typeof headers !== 'object' || headers === null) return false;
  return quietly(() => propagation.fields().some((name) => Object.hasOwn(headers, name))) ?? false;
}

/** A message with further headers; itself when there are none. */
export function withHeaders(message: OutgoingMessage, headers: TraceHeaders): OutgoingMessage {
  if (Object.keys(headers).length === 0) return message;
  const { content, properties } = message;
  return { content, properties: { ...properties, headers: { ...properties.headers, ...headers } } };
}
