import { SpanStatusCode, diag } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { recordError } from '../consuming/outcome';
import type { RecordedError } from '../consuming/outcome';
import { header } from '../message/headers';
import type { OutgoingMessage } from '../message/message';

/** Characters of an error's texts, which somebody may have written without an end. */
const MAX_TEXT = { name: 200, message: 2_000, stack: 8_000 };

/** The span's work has failed with this. */
export function fail(span: Span, thrown: unknown): void {
  const error = recordError(thrown);
  const name = error.name.slice(0, MAX_TEXT.name);
  const message = error.message.slice(0, MAX_TEXT.message);
  const stack = error.stack?.slice(0, MAX_TEXT.stack);
  span.recordException({ name, message, ...(stack === undefined ? {} : { stack }) });
  span.setAttribute('error.type', name);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The error that a dead letter's headers tell. */
export function errorIn({ properties: { headers } }: OutgoingMessage): RecordedError {
  return { name: String(headers[header.errorName]), message: String(headers[header.errorMessage]) };
}

/** What an SDK and its plug-ins throw is told to whoever listens to the API's diagnostics, and harms no task. */
export function quietly<Result>(ask: () => Result): Result | undefined {
  try {
    return ask();
  } catch (error) {
    diag.error('A span could not be recorded', error);
    return undefined;
  }
}
