/** The names of the AMQP headers Warren writes. AMQP's own properties carry the rest: `message_id`, `type`, `timestamp`. */
export const header = {
  /** The run this message asks for, from 1. */
  attempt: 'x-attempt',
  deadLetterId: 'x-dead-letter-id',
  deadLetterReason: 'x-dead-letter-reason',
  deadLetterQueue: 'x-dead-letter-queue',
  deadLetterTime: 'x-dead-letter-time',
  deadLetterWorker: 'x-dead-letter-worker',
  errorName: 'x-error-name',
  errorMessage: 'x-error-message',
  errorStack: 'x-error-stack',
} as const;

/** What the broker writes when it dead-letters. Sent back to it, these feed its cycle detection, which drops messages. */
const BROKER_DEATH_HEADERS = [
  /^x-death$/,
  /^x-(first|last)-death-/,
  /^x-delivery-count$/,
  /^x-acquired-count$/,
  /^(CC|BCC)$/,
];

/** A message's headers without those that must not be published again. */
export function republishableHeaders(headers: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).filter(([name]) => !BROKER_DEATH_HEADERS.some((pattern) => pattern.test(name))),
  );
}
