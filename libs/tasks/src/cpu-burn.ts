import { defineQueue, defineTask, foreignJson } from '@app/queue/definitions';
import { z } from 'zod';

/**
 * Hashing rounds that one step of a foreign message's `param` stands for: about a tenth of a second of one processor,
 * so that `"param": "1"` is short, and can be seen.
 */
const ROUNDS_PER_PARAM = 100_000;

/**
 * Reads Nest packets and, besides them, the messages of the Celery blog's simple worker:
 * `{"task": "cpu_bound", "param": "1"}`. Its `param` is taken as a size, a number or a string of digits, and becomes
 * `param * 100,000` rounds. Another `task` is not understood. A `param` that is no size is passed on as it is, so that
 * the payload's schema refuses it and the dead-letter queue shows why.
 */
const cpuQueue = defineQueue({
  name: 'cpu',
  format: foreignJson(({ task, param }) =>
    task === 'cpu_bound'
      ? { name: 'cpu.burn', payload: { rounds: isSize(param) ? Number(param) * ROUNDS_PER_PARAM : param } }
      : undefined,
  ),
});

/**
 * Keeps one processor busy with SHA-256 for a number of rounds: a task whose cost is known. It runs in a thread, because
 * a hundred seconds of it would keep a worker from its heartbeats.
 */
export const cpuBurn = defineTask({
  name: 'cpu.burn',
  queue: cpuQueue,
  runIn: 'thread',
  timeout: 300_000, // the most rounds take two to three minutes
  description: 'Hashes for a number of rounds: work that costs only processor time.',
  payload: z.strictObject({
    rounds: z
      .int()
      .min(1)
      .max(100_000_000)
      .meta({ description: 'Rounds of SHA-256; a million takes one to two seconds.', examples: [100_000] }),
    seed: z
      .string()
      .max(1_000)
      .default('')
      .meta({ description: 'What the first round hashes.', examples: ['warren'] }),
  }),
});

function isSize(param: unknown): param is string | number {
  return typeof param === 'number' || (typeof param === 'string' && /^\d+$/.test(param));
}
