import { header, numberHeader } from '../message/headers';
import type { IncomingMessage, OutgoingMessage } from '../message/message';
import { republished } from '../message/republished';
import { TRACE_HEADERS, traceParentOfDead } from '../message/trace-headers';
import type { TraceHeaders } from '../tracing';

/** What Warren writes into headers tells of runs that failed, but for the payload's version; the next run is the first again, in a trace of its own. */
const FAILURE_HEADERS: readonly string[] = [
  ...Object.values(header).filter((name) => name !== header.taskVersion),
  ...TRACE_HEADERS,
];

/** When a dead letter is given back, in milliseconds since 1970: later than it was before, whatever the clocks of who does it say. */
export function redriveTimeOf({ properties }: IncomingMessage, now: number): number {
  const before = numberHeader(properties.headers, header.addedAt);
  return before === undefined ? now : Math.max(now, before + 1);
}

/**
 * The message that a dead letter becomes when it is given back to its queue: the same bytes, id and properties, without a
 * trace of its failure but how often it was redriven.
 * @param run identifies the redrive
 * @param time of {@link redriveTimeOf}: a cancel from before that is no longer meant
 * @param trace the context of the redrive's span, when somebody traces it
 */
export function redrivenMessage(
  message: IncomingMessage,
  run: string,
  time: number,
  trace: TraceHeaders = {},
): OutgoingMessage {
  // It has waited longer than its expiration already: what somebody wants to run again must not expire at once.
  const { expiration: _expiration, ...properties } = message.properties;
  const timesRedriven = (numberHeader(properties.headers, header.timesRedriven) ?? 0) + 1;
  const dead = traceParentOfDead(properties.headers);
  const own = {
    [header.timesRedriven]: timesRedriven,
    [header.redriveRun]: run,
    [header.addedAt]: time,
    ...(dead === undefined ? {} : { [header.redrivenTraceparent]: dead }),
    ...trace,
  };
  return republished({ ...message, properties }, own, FAILURE_HEADERS);
}

/** Whether a redrive has given this task back already, and it failed again meanwhile. */
export function wasRedrivenBy(run: string, message: IncomingMessage): boolean {
  return message.properties.headers?.[header.redriveRun] === run;
}
