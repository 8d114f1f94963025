import { z } from 'zod';
import type { EventDefinition } from '../define-event';
import type { TaskDefinition } from '../define-task';
import type { MessageFormat } from '../message/formats';
import { assertionsOf } from './assertions';
import { inputSchemaOf } from './json-schema';
import type { JsonSchema } from './json-schema';

/** What others rely on in any definition. */
interface PayloadContract {
  readonly name: string;
  /** The payload's, and the oldest one that a worker still lifts to it. */
  readonly version: number;
  readonly oldestVersion: number;
  /** How its messages are written and read: the name of the queue's format, or of the event's; `null` when that has none. */
  readonly format: string | null;
  /** What the payload may be, as JSON Schema; `null` when the definition's schema does not tell. */
  readonly payload: JsonSchema | null;
}

/** What others rely on in a task's definition. */
export interface TaskContract extends PayloadContract {
  readonly queue: string;
}

/** What others rely on in an event's definition. */
export interface EventContract extends PayloadContract {
  readonly exchange: string;
  readonly exchangeType: string;
  readonly routingKey: string;
}

/** What others rely on in a definition: only a task's has a queue. */
export type Contract = TaskContract | EventContract;

const payloadContract = {
  name: z.string(),
  version: z.int().min(1),
  oldestVersion: z.int().min(1),
  format: z.string().nullable().default(null), // in no snapshot that was written before there were names of formats
  payload: z.record(z.string(), z.unknown()).nullable(),
};

const snapshotSchema = z.strictObject({
  contracts: z.array(
    z.union([
      z.strictObject({ ...payloadContract, queue: z.string() }),
      z.strictObject({
        ...payloadContract,
        exchange: z.string(),
        exchangeType: z.string(),
        routingKey: z.string(),
      }),
    ]),
  ),
});

/** The contracts of these definitions, by their names' order. */
export function contractsOf(tasks: readonly TaskDefinition[], events: readonly EventDefinition[] = []): Contract[] {
  const contracts = [...tasks.map(taskContract), ...events.map(eventContract)];
  return contracts.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** The text of a snapshot of contracts, to be committed: JSON, the same for the same contracts. */
export function snapshotText(contracts: readonly Contract[]): string {
  return `${JSON.stringify({ contracts }, undefined, 2)}\n`;
}

/** The contracts of a snapshot. @throws Error that says why it is none. */
export function readSnapshot(text: string): Contract[] {
  const read = snapshotSchema.safeParse(parsed(text));
  if (!read.success) throw new Error(`It is no snapshot of contracts: ${z.prettifyError(read.error)}`);
  return read.data.contracts;
}

function taskContract(task: TaskDefinition): TaskContract {
  const { name, ...rest } = payloadContractOf(task, task.queue.format);
  return { name, queue: task.queue.name, ...rest };
}

function eventContract(event: EventDefinition): EventContract {
  const { exchange, routingKey } = event;
  const { name, ...rest } = payloadContractOf(event, event.format);
  return { name, exchange: exchange.name, exchangeType: exchange.type, routingKey, ...rest };
}

function payloadContractOf(definition: TaskDefinition | EventDefinition, format: MessageFormat): PayloadContract {
  const { name, version, upcasters } = definition;
  const schema = inputSchemaOf(definition);
  return {
    name,
    format: format.name ?? null,
    version,
    oldestVersion: Math.min(version, ...Object.keys(upcasters).map(Number)),
    // As it is written: without what JSON does not carry.
    payload: schema === undefined ? null : (JSON.parse(JSON.stringify(assertionsOf(schema))) as JsonSchema),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
