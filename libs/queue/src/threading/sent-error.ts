import { recordError } from '../consuming/outcome';
import type { RecordedError } from '../consuming/outcome';
import { CLASSES } from '../error-classes';
import * as ownErrors from '../errors';

/** Anything that a handler threw, in a form that crosses from one thread to another. */
export type SentError =
  /** No error at all: `throw 'no'`. */
  | { readonly value: unknown }
  | (RecordedError & {
      readonly cause: SentError | undefined;
      /** The names of its class and of those above it. */
      readonly classes: readonly string[];
      /** Its other fields, as far as they can cross. */
      readonly fields: Readonly<Record<string, unknown>>;
    });

type AnyErrorClass = abstract new (...args: never[]) => Error;

/** A cause may have a cause, and they may go round in a circle. */
const MAX_CAUSES = 10;

const OWN_FIELDS = ['name', 'message', 'stack', 'cause'];

/** The classes that exist alike in every thread: JavaScript's and Warren's. */
const shared = new Map<string, AnyErrorClass>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, ...Object.values(ownErrors)].map(
    (known) => [known.name, known],
  ),
);

/** Writes down what was thrown, for another thread. Never throws itself. */
export function sendError(thrown: unknown, causes = 0): SentError {
  if (!(thrown instanceof Error)) return { value: crossing(thrown) ? thrown : String(thrown) };
  const fields = Object.entries(thrown).filter(([field, value]) => !OWN_FIELDS.includes(field) && crossing(value));
  return {
    ...recordError(thrown),
    cause: thrown.cause === undefined || causes >= MAX_CAUSES ? undefined : sendError(thrown.cause, causes + 1),
    classes: classesOf(thrown),
    fields: Object.fromEntries(fields),
  };
}

/**
 * What was thrown in the other thread: name, message, stack, cause and fields as they were, an `instanceof` Warren's own
 * classes and JavaScript's. A class of the team's own exists in each thread apart, so its errors come back as the
 * nearest class above it that is shared; `isOfClass` (error-classes.ts) knows them by its name.
 */
export function receivedError(sent: SentError): unknown {
  if ('value' in sent) return sent.value;
  const error = new Error(sent.message, sent.cause === undefined ? {} : { cause: receivedError(sent.cause) });
  const nearest = sent.classes.map((name) => shared.get(name)).find((known) => known !== undefined) ?? Error;
  Object.setPrototypeOf(error, nearest.prototype as object);
  Object.assign(error, sent.fields);
  const hidden = { name: sent.name, stack: sent.stack, [CLASSES]: sent.classes };
  for (const field of Reflect.ownKeys(hidden)) {
    Object.defineProperty(error, field, { value: Reflect.get(hidden, field), configurable: true, writable: true });
  }
  return error;
}

function classesOf(error: Error): string[] {
  const names: string[] = [];
  let prototype: unknown = Object.getPrototypeOf(error);
  while (prototype instanceof Error || prototype === Error.prototype) {
    names.push((prototype as Error).constructor.name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}

function crossing(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
