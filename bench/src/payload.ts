import { z } from 'zod';
import type { Trial } from './trial';

/** The name of the task: the pattern of its handler. */
export const TASK = 'bench.task';

/** What the tasks of a trial carry: text, the moment from which their latency is counted, or what their handler does. */
const payloadSchemas = {
  text: z.object({ text: z.string() }),
  timed: z.object({ at: z.number() }),
  work: z.object({ milliseconds: z.number().min(0), how: z.enum(['wait', 'spin', 'block']) }),
};

/** What a task carries. */
export type BenchPayload = z.infer<(typeof payloadSchemas)[keyof typeof payloadSchemas]>;

/** The schema of the payloads of a trial, on both sides of the queue. */
export function payloadSchemaOf({ kind, tasks }: Pick<Trial, 'kind' | 'tasks'>): z.ZodType<BenchPayload, BenchPayload> {
  if (kind === 'add-timed' || kind === 'handle-timed') return payloadSchemas.timed;
  return kind === 'work' || tasks !== undefined ? payloadSchemas.work : payloadSchemas.text;
}

/** A payload of as many characters of text as the trial says. */
export const textFor = ({ size = 0 }: Pick<Trial, 'size'>): BenchPayload => ({ text: 'x'.repeat(size) });
