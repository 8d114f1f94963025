import { z } from 'zod';

const order = z.object({ order: z.enum(['stop', 'hurry']), why: z.string() });

const told = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('report'),
    hasConsumed: z.boolean(),
    hasStarted: z.boolean(),
    problems: z.array(z.string()).readonly(),
  }),
  z.object({ kind: z.literal('refused'), text: z.string() }),
]);

/** What a supervisor sends to a worker: to stop politely, or to end the waiting for running tasks. `why` is for the log. */
export type Order = z.output<typeof order>;

/**
 * What a worker sends to its supervisor: how it is (`hasConsumed`: one of its queues, so that tasks may have run;
 * `hasStarted`: all of them; `problems`: why it is not ready), or that it could not start and ends, with the text for standard error.
 */
export type Told = z.output<typeof told>;

/** Reads what came over the channel; `undefined` for what is nobody's order. */
export function readOrder(message: unknown): Order | undefined {
  return order.safeParse(message).data;
}

/** Reads what came over the channel; `undefined` for what a handler sends for purposes of its own. */
export function readTold(message: unknown): Told | undefined {
  return told.safeParse(message).data;
}
