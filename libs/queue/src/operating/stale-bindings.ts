import type { TaskRegistry } from '../task-registry';
import { bindingPlans } from '../topology/bindings';
import { DELIVERY_EXCHANGE } from '../topology/delay-levels';
import { deadLetterQueueName, quarantineName } from '../topology/names';
import { askManagement } from './management-facts';
import type { ManagedBinding } from './management-facts';

/** A binding of a queue to an exchange that no definition asks for. */
export interface StaleBinding {
  readonly queue: string;
  readonly exchange: string;
  readonly pattern: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * The bindings of defined queues that are there and are not defined. The default exchange's, which every queue has, and that of the delays
 * belong to nobody.
 */
export function staleBindings(found: readonly ManagedBinding[], { queues }: TaskRegistry): StaleBinding[] {
  const defined = new Set(
    queues.flatMap(({ name, bindings }) =>
      bindingPlans(name, bindings).map(({ exchange, pattern, arguments: matching }) =>
        keyOf({ queue: name, exchange: exchange.name, pattern, arguments: matching }),
      ),
    ),
  );
  const ours = new Set(queues.flatMap(({ name }) => [name, deadLetterQueueName(name), quarantineName(name)]));
  return found
    .filter(({ source = '', destination, destination_type: type = 'queue' }) => {
      return type === 'queue' && ours.has(destination) && source !== '' && source !== DELIVERY_EXCHANGE;
    })
    .map(({ source = '', destination, routing_key: pattern = '', arguments: matching = {} }) => {
      return { queue: destination, exchange: source, pattern, arguments: matching };
    })
    .filter((binding) => !defined.has(keyOf(binding)));
}

/** Asks the management API for them. @throws Error that says why it does not tell. */
export async function findStaleBindings(
  managementUrl: string,
  brokerUrl: string,
  registry: TaskRegistry,
): Promise<readonly StaleBinding[]> {
  const facts = await askManagement(managementUrl, brokerUrl);
  const problem = typeof facts === 'string' ? facts : 'this user may not see them';
  if (typeof facts === 'string' || facts.bindings === undefined)
    throw new Error(`The bindings are not known: ${problem}.`);
  return staleBindings(facts.bindings, registry);
}

/** How people say it. */
export function bindingText({ queue, exchange, pattern, arguments: matching }: StaleBinding): string {
  const rest = Object.keys(matching).length === 0 ? '' : ` ${JSON.stringify(matching)}`;
  return `${queue} to ${exchange} by "${pattern}"${rest}`;
}

function keyOf({ queue, exchange, pattern, arguments: matching }: StaleBinding): string {
  const sorted = Object.entries(matching).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([queue, exchange, pattern, sorted]);
}
