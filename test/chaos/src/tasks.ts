import { defineQueue, defineTask, exponential } from '@app/queue';
import type { QueueDefinition, TaskDefinition } from '@app/queue';
import { z } from 'zod';
import { queueNames } from './settings';

/** Every sort of task in the workload; `scripts/lib/chaos/workload.mjs` names them as well and says what becomes of them. */
export const kinds = ['ordinary', 'slow', 'flaky', 'delayed', 'failing', 'invalid', 'unknown', 'sacrificed'] as const;

export type Kind = (typeof kinds)[number];

const strict = z.object({
  kind: z.enum(kinds),
  /** Milliseconds a run takes. */
  work: z.int().min(0),
  /** So many runs fail first. */
  failures: z.int().min(0),
  /** Milliseconds since 1970 before which it must not run. */
  notBefore: z.int().min(0),
});

export type Work = z.infer<typeof strict>;

const backoff = exponential({ initial: 100, max: 1_000 });

const work = defineQueue({ name: queueNames.work });
const sacrificed = defineQueue({ name: queueNames.sacrificed });

const define = (name: string, queue: QueueDefinition, payload: typeof strict | z.ZodUnknown): TaskDefinition =>
  defineTask({ name: `chaos.${name}`, queue, payload, attempts: 5, backoff });

/** What workers handle. `picky` is added with payloads that it does not take, `failing` fails in every run. */
export const handled = {
  work: define('work', work, strict),
  failing: define('failing', work, strict),
  picky: define('picky', work, strict),
  sacrificed: define('sacrificed', sacrificed, strict),
};

/** What producers add: the same contracts as an older release might know them, and one that no worker has heard of. */
export const added = {
  ...handled,
  picky: define('picky', work, z.unknown()),
  unknown: define('unknown', work, z.unknown()),
};
