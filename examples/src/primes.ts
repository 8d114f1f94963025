import { defineTask } from '@app/queue';
import { z } from 'zod';

// #region definition
/** Counts primes by trying every divisor: work for a processor, as slow as it can be. */
export const primesCount = defineTask({
  name: 'primes.count',
  queue: 'example-threads',
  runIn: 'thread',
  timeout: 1_000,
  payload: z.object({ below: z.int().min(2) }),
});
// #endregion
