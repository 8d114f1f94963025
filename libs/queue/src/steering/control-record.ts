import { z } from 'zod';
import { InvalidOrderError } from '../errors';
import { fieldProblems } from '../message/field-problems';

/** Ids that one record holds; more are several records. */
export const MAX_CANCELLED_AT_ONCE = 500;

const text = (max: number, missing: string): z.ZodString =>
  z.string({ error: missing }).min(1, missing).max(max, `must have at most ${max} characters`);

const id = text(255, 'must be the id of a task');
const queue = text(190, 'must be the name of a queue');
const worker = text(200, 'must be the name of a worker');

/** Who asks, in words of their own, and when, in milliseconds since 1970. */
const signed = { by: text(200, 'must say who asks for it'), at: z.int().nonnegative() };

/** The place in the stream of the order that is said again, so that it cannot undo a later one. */
const again = { of: z.int().nonnegative().optional() };

const record = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cancel'), ids: z.array(id).min(1).max(MAX_CANCELLED_AT_ONCE).readonly(), ...signed }),
  z.object({
    kind: z.literal('pause'),
    queue,
    reason: z.string().max(500, 'must have at most 500 characters').optional(),
    ...signed,
    ...again,
  }),
  z.object({ kind: z.literal('resume'), queue, ...signed, ...again }),
  z.object({ kind: z.literal('quiet'), worker, ...signed }),
  z.object({ kind: z.literal('stop'), worker, ...signed }),
]);

/**
 * One order, as the control stream keeps it: these tasks are cancelled, this queue is paused or resumed, this worker takes nothing
 * new or stops. Each says who asked for it, and when.
 */
export type ControlRecord = z.output<typeof record>;

/** A pause or a resumption. */
export type QueueOrder = Extract<ControlRecord, { kind: 'pause' | 'resume' }>;

/**
 * Writes a record as the bytes of a message.
 * @throws InvalidOrderError that names each field that cannot be used.
 */
export function writeControl(order: ControlRecord): Buffer {
  const checked = record.safeParse(order);
  if (!checked.success) throw new InvalidOrderError(fieldProblems(checked.error.issues));
  return Buffer.from(JSON.stringify(checked.data));
}

/**
 * Writes the cancellation of these tasks, as many records as it takes; each tells of whom it is.
 * @param at milliseconds since 1970
 * @throws InvalidOrderError when one of the ids cannot be used: then none is written.
 */
export function writeCancels(
  ids: readonly string[],
  by: string,
  at: number,
): { readonly ids: readonly string[]; readonly content: Buffer }[] {
  const starts = Array.from({ length: Math.max(1, Math.ceil(ids.length / MAX_CANCELLED_AT_ONCE)) });
  return starts.map((_start, index) => {
    const some = ids.slice(index * MAX_CANCELLED_AT_ONCE, (index + 1) * MAX_CANCELLED_AT_ONCE);
    return { ids: some, content: writeControl({ kind: 'cancel', ids: some, by, at }) };
  });
}

/** Reads a record; `undefined` for anything else: other programs may write into the stream, and later versions other orders. */
export function readControl(content: Buffer): ControlRecord | undefined {
  try {
    return record.safeParse(JSON.parse(content.toString())).data;
  } catch {
    return undefined;
  }
}
