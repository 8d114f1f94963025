import { header, numberHeader } from '../message/headers';
import type { IncomingMessage, OutgoingMessage } from '../message/message';
import { republished } from '../message/republished';

/** Everything Warren writes into headers tells of runs that failed; the next run is the first again. */
const FAILURE_HEADERS: readonly string[] = Object.values(header);

/**
 * The message that a dead letter becomes when it is given back to its queue: the same bytes, id and properties, without a
 * trace of its failure but how often it was redriven.
 * @param run identifies the redrive
 */
export function redrivenMessage(message: IncomingMessage, run: string): OutgoingMessage {
  // It has waited longer than its expiration already: what somebody wants to run again must not expire at once.
  const { expiration: _expiration, ...properties } = message.properties;
  const timesRedriven = (numberHeader(properties.headers, header.timesRedriven) ?? 0) + 1;
  return republished(
    { ...message, properties },
    { [header.timesRedriven]: timesRedriven, [header.redriveRun]: run },
    FAILURE_HEADERS,
  );
}

/** Whether a redrive has given this task back already, and it failed again meanwhile. */
export function wasRedrivenBy(run: string, message: IncomingMessage): boolean {
  return message.properties.headers?.[header.redriveRun] === run;
}
