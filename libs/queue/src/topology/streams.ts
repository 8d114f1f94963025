import type { QueuePlan } from './queue-arguments';

/** The stream that keeps what happened: lifecycle records, for histories. */
export const EVENTS_STREAM = 'warren.events';

/** The stream that keeps what was ordered: cancellations, pauses, orders to workers. */
export const CONTROL_STREAM = 'warren.control';

/** What a stream keeps at most. Whichever is reached first counts; the broker lets go of whole segments. */
export interface StreamLimits {
  /** Milliseconds, rounded up to seconds. */
  readonly maxAge: number;
  /** Bytes on each node that has a replica. */
  readonly maxBytes: number;
}

/**
 * A stream lets go of whole segments, and never of the one it writes to: with RabbitMQ's own 500 MB a smaller bound would not
 * hold at all. With an eighth it is exceeded by an eighth at most.
 */
const SEGMENTS = 8;
const SEGMENT_BYTES = { min: 1_000_000, max: 50_000_000 };

/**
 * How a stream is declared: a durable, replicated log that many can read, each from where it likes
 * (https://www.rabbitmq.com/docs/streams). A stream that exists keeps the limits it was declared with.
 */
export function streamPlan(name: string, { maxAge, maxBytes }: StreamLimits): QueuePlan {
  const segment = Math.floor(maxBytes / SEGMENTS);
  return {
    name,
    durable: true,
    arguments: {
      'x-queue-type': 'stream',
      'x-max-age': `${Math.ceil(maxAge / 1_000)}s`,
      'x-max-length-bytes': maxBytes,
      'x-stream-max-segment-size-bytes': Math.min(SEGMENT_BYTES.max, Math.max(SEGMENT_BYTES.min, segment)),
    },
  };
}
