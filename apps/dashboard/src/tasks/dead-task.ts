import type { DeadLetterDetails } from '@app/queue';
import type { PastTask } from '../past/past';

/** A task as its page shows it, made of its dead letter: what is known of it where no history is kept. */
export interface DeadTask {
  readonly id: string;
  readonly name?: string;
  readonly queue: string;
  readonly state: 'dead-lettered';
  readonly addedAt?: number;
  readonly updatedAt: number;
  readonly attempt: number;
  readonly attempts: readonly { attempt: number; endedAt?: number; error?: string; stack?: string; worker?: string }[];
  readonly reason: string;
  readonly error?: string;
  readonly worker?: string;
  readonly traceId?: string;
}

const MAX_ERROR = 2_000;
const MAX_STACK = 8_000;

/** W3C trace context, version 00 and whatever begins like it. */
const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Reads the task out of its dead letter. What anybody may write into a queue is bounded. */
export function deadTask(letter: DeadLetterDetails, now: number): DeadTask {
  const { id, name, originalQueue, attempt, reason, worker, time, lastFailureTime } = letter;
  const error =
    letter.error === undefined ? undefined : `${letter.error.name}: ${letter.error.message}`.slice(0, MAX_ERROR);
  const { timestamp } = letter.properties;
  const parent = letter.headers['traceparent'];
  const [, traceId] = TRACE_PARENT.exec(typeof parent === 'string' ? parent : '') ?? [];
  const run = {
    attempt,
    ...(lastFailureTime === undefined ? {} : { endedAt: lastFailureTime }),
    ...(error === undefined ? {} : { error }),
    ...(letter.stack === undefined ? {} : { stack: letter.stack.slice(0, MAX_STACK) }),
    ...(worker === undefined ? {} : { worker }),
  };
  return {
    id,
    ...(name === undefined ? {} : { name }),
    queue: originalQueue,
    state: 'dead-lettered',
    ...(typeof timestamp === 'number' ? { addedAt: timestamp * 1_000 } : {}),
    updatedAt: time ?? lastFailureTime ?? now,
    attempt,
    attempts: [run],
    reason,
    ...(error === undefined ? {} : { error }),
    ...(worker === undefined ? {} : { worker }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

/** The same with what the history knows: of earlier runs, and of nothing newer. */
export function withEarlierRuns(dead: DeadTask, known: PastTask | undefined): PastTask {
  const earlier = known?.attempts.filter(({ attempt }) => attempt < dead.attempt) ?? [];
  const { cancelRequestedBy: _over, ...others } = known ?? {};
  return { ...others, ...dead, attempts: [...earlier, ...dead.attempts] };
}
