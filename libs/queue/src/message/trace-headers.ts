import { header } from './headers';

/** The headers of W3C Trace Context. They are no names of Warren's: whoever adds a task may write them. */
export const TRACE_HEADERS: readonly string[] = ['traceparent', 'tracestate'];

/** A span, as a `traceparent` names it. */
export interface TraceParent {
  /** 32 hexadecimal digits, not all of them 0. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all of them 0. */
  readonly spanId: string;
  readonly traceFlags: number;
}

/**
 * Version, trace, span and flags (https://www.w3.org/TR/trace-context/). A later version may have more behind them; of the first
 * version nothing may follow.
 */
const TRACE_PARENT =
  /^(?:00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})|(?!00|ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.{0,200})?)$/;

/** Reads a `traceparent`, whoever wrote it: `undefined` for anything else. */
export function readTraceParent(value: unknown): TraceParent | undefined {
  const match = typeof value === 'string' ? TRACE_PARENT.exec(value) : null;
  if (match === null) return undefined;
  const [, traceId = match[4] ?? '', spanId = match[5] ?? '', flags = match[6] ?? '00'] = match;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** The same as text. */
export function writeTraceParent({ traceId, spanId, traceFlags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString().padStart(2, '0')}`;
}

/** The trace that a message's headers name, if they name one. */
export function traceIdOf(headers: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const value = headers?.['traceparent'];
  return value === undefined ? undefined : readTraceParent(value)?.traceId;
}

/**
 * The span of a dead letter's last run; where nobody wrote it down, the one in which its task was added. As a `traceparent`, and
 * `undefined` for a task without a trace.
 */
export function traceParentOfDead(headers: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const parent = readTraceParent(headers?.[header.deadLetterTraceparent]) ?? readTraceParent(headers?.['traceparent']);
  return parent === undefined ? undefined : writeTraceParent(parent);
}
