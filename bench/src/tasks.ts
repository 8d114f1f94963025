import { defineTask, exponential } from '@app/queue';
import { z } from 'zod';

/** A task that does nothing, or fails as often as it is told. */
export const work = defineTask({
  name: 'bench.work',
  queue: 'bench.work',
  payload: z.object({ failures: z.int().min(0) }),
  attempts: 3,
  backoff: exponential({ initial: 1_000, max: 60_000 }),
});

/** A task that knows when it is due, in milliseconds since 1970. */
export const delayed = defineTask({
  name: 'bench.delayed',
  queue: 'bench.delayed',
  payload: z.object({ due: z.int() }),
});
