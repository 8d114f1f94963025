import { defineQueue, defineTask, fixed } from '@app/queue';
import type { QueueType } from '@app/queue';
import { z } from 'zod';

/** Milliseconds between two attempts: long enough for a test to do something meanwhile; one level, `delay.04`, holds them all. */
export const BACKOFF = 1_600;

/** The same for a test in which a broker dies and boots meanwhile. */
export const LONG_BACKOFF = 8_000;

/** One task for each way in which a run can fail; its payload is a word by which it is known. */
export function failingTasks(type: QueueType) {
  const queue = defineQueue({ name: 'trials', type });
  const payload = z.string();
  // Its run begins in the turn of the event loop that has checked it, and not in one that has read something.
  const checkedLate = payload.refine(() => Promise.resolve(true));
  return {
    failsOnce: defineTask({ name: 'fails-once', queue, payload, attempts: 2, backoff: fixed(BACKOFF) }),
    failsOnceForLong: defineTask({
      name: 'fails-once-for-long',
      queue,
      payload,
      attempts: 2,
      backoff: fixed(LONG_BACKOFF),
    }),
    failsAlways: defineTask({ name: 'fails-always', queue, payload, attempts: 2, backoff: fixed(100) }),
    endless: defineTask({ name: 'endless', queue, payload, timeout: 200 }),
    atMostOnce: defineTask({ name: 'at-most-once', queue, payload: checkedLate, acknowledge: 'before' }),
    deadly: defineTask({ name: 'deadly', queue, payload }),
    plain: defineTask({ name: 'plain', queue, payload }),
  };
}
