import type { QueuePlan } from '../topology/queue-arguments';
import { CONTROL_STREAM, streamPlan } from '../topology/streams';

/** Bytes that the control stream keeps: about 50,000 orders. */
const MAX_BYTES = 16_000_000;

/** Milliseconds: longer than a task can be delayed (310 days). */
const MAX_AGE_MS = 400 * 86_400_000;

/** How the stream of orders is declared. */
export const controlStreamPlan: QueuePlan = streamPlan(CONTROL_STREAM, { maxAge: MAX_AGE_MS, maxBytes: MAX_BYTES });
