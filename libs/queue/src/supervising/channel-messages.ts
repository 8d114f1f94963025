import { z } from 'zod';

const order = z.object({ order: z.enum(['stop', 'hurry']), why: z.string() });

const question = z.object({ ask: z.literal('metrics'), question: z.int() });

const sample = z.object({
  name: z.string().optional(),
  labels: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  value: z.number(),
});

const metricsAnswer = z.object({
  kind: z.literal('metrics'),
  question: z.int(),
  metrics: z
    .array(
      z.object({
        name: z.string(),
        help: z.string(),
        type: z.enum(['counter', 'gauge', 'histogram']),
        samples: z.array(sample).readonly(),
      }),
    )
    .readonly(),
});

const count = z.number().int().nonnegative();

const told = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('report'),
    hasConsumed: z.boolean(),
    hasStarted: z.boolean(),
    problems: z.array(z.string()).readonly(),
    remarks: z.array(z.string()).readonly().optional(),
    running: count,
    tasks: z.object({ completed: count, retrying: count, 'dead-lettered': count }),
  }),
  z.object({ kind: z.literal('start-failed'), text: z.string() }),
  metricsAnswer,
  z.object({ kind: z.literal('leaving'), why: z.string() }),
]);

/** What a supervisor sends to a worker: to stop politely, or to end the waiting for running tasks. `why` is for the log. */
export type Order = z.output<typeof order>;

/** What a supervisor asks a worker; the answer has the question's number. */
export type Question = z.output<typeof question>;

/** What a worker answers to it. */
export type MetricsAnswer = z.output<typeof metricsAnswer>;

/**
 * What a worker sends to its supervisor: how it is (`hasConsumed`: one of its queues, so that tasks may have run;
 * `hasStarted`: all of them; `problems`: why it is not ready; `remarks`: what was ordered and is no problem; `running`: tasks in its hand; `tasks`: what became
 * of others since it started), or that it could not start and ends, with the text for standard error, or its metrics when it was asked; or that somebody else
 * than the supervisor has told it to stop, for good.
 */
export type Told = z.output<typeof told>;

/** Reads what came over the channel; `undefined` for what is nobody's order. */
export function readOrder(message: unknown): Order | undefined {
  return order.safeParse(message).data;
}

/** Reads what came over the channel; `undefined` for what is no question. */
export function readQuestion(message: unknown): Question | undefined {
  return question.safeParse(message).data;
}

/** Reads what came over the channel; `undefined` for what a handler sends for purposes of its own. */
export function readTold(message: unknown): Told | undefined {
  return told.safeParse(message).data;
}
