import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { Attributes, Link, SpanContext } from '@opentelemetry/api';
import { header } from '../message/headers';
import { readTraceParent, traceParentOfDead } from '../message/trace-headers';
import { extracted } from './trace-carrier';

type Headers = Readonly<Record<string, unknown>>;

/** No link to what is no span. */
export function linkTo(context: SpanContext | undefined, attributes: Attributes = {}): Link[] {
  return context !== undefined && isSpanContextValid(context) ? [{ context, attributes }] : [];
}

/** To the span in which a message's task was added; of a redriven one, to that of its last run before as well. */
export function linksOf(headers: Headers | undefined, attributes: Attributes = {}): Link[] {
  const added = linkTo(trace.getSpanContext(extracted(headers)), attributes);
  const dead = headers?.[header.redrivenTraceparent];
  return dead === undefined ? added : [...added, ...linkTo(spanOf(dead), attributes)];
}

/** To the last run of a dead letter. */
export function linkToDead(headers: Headers | undefined): Link[] {
  return linkTo(spanOf(traceParentOfDead(headers)));
}

function spanOf(traceParent: unknown): SpanContext | undefined {
  const parent = readTraceParent(traceParent);
  return parent === undefined ? undefined : { ...parent, isRemote: true };
}
