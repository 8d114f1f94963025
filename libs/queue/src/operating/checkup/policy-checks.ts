import { quarantineName } from '../../topology/names';
import { NO_DELIVERY_LIMIT } from '../../topology/queue-arguments';
import type { ManagedQueue } from '../management-facts';
import type { Check, Examined } from './examined';
import { fail, listed, warn } from './finding';
import type { Says } from './finding';
import { needing } from './needing-management';
import { isKept, isOurs } from './our-queues';

/** What a policy may do to any queue of Warren without anybody being told. */
const MEDDLING = ['message-ttl', 'expires', 'max-length', 'max-length-bytes', 'dead-letter-exchange', 'overflow'];

/** What policies do to one queue. */
interface Meddling {
  readonly queue: string;
  /** What they set, but what loses messages by being looked at. */
  readonly keys: readonly string[];
  /** A limit of deliveries on a queue that is looked through by taking messages and giving them back (ADR 0014). */
  readonly fatalLimit: number | undefined;
  readonly policy: string;
}

/** What an operator does to the queues behind Warren's back. AMQP has no question for it. */
export const policyChecks: readonly Check[] = [
  needing(
    'policies',
    ({ queues }, examined) => {
      const found = queues?.filter(({ name }) => isOurs(name, examined)).map((queue) => meddlingWith(queue, examined));
      return (
        found && [
          ...sentences(
            found.filter(({ fatalLimit }) => fatalLimit !== undefined),
            ({ policy, fatalLimit }) => `the policy ${policy} sets delivery-limit ${fatalLimit}`,
            (what, names) =>
              fail(
                `${what} of ${names}: what was handed out more often is dropped, and to look is to be handed out`,
                'take them out of it: a policy can lower the limit that nobody reaches, with which they are declared',
              ),
          ),
          ...sentences(
            found.filter(({ keys }) => keys.length > 0),
            ({ policy, keys }) => `the policy ${policy} sets ${keys.join(', ')}`,
            (what, names) =>
              warn(
                `${what} of ${names}`,
                'take what is Warren’s out of it: a policy may drop or move tasks, or take them back',
              ),
          ),
        ]
      );
    },
    'none changes what happens to tasks',
  ),
];

function meddlingWith(queue: ManagedQueue, examined: Examined): Meddling {
  const { name, policy, operator_policy: operator, effective_policy_definition: definition } = queue;
  const limit = definition?.['delivery-limit'];
  const isLimited = typeof limit === 'number' && limit >= 0;
  const isFatal = isLimited && limit < NO_DELIVERY_LIMIT && isKept(name, examined);
  const isDefined = examined.registry.queues.some((one) => one.name === name);
  const declared = queue.arguments?.['x-delivery-limit'];
  const isLowered = isDefined && isLimited && !(typeof declared === 'number' && declared >= 0 && declared <= limit);
  return {
    queue: name,
    keys: [
      ...Object.keys(definition ?? {}).filter((key) => MEDDLING.includes(key)),
      ...(isLowered ? [`delivery-limit ${limit}`] : []),
      ...shortened(queue, examined),
    ],
    fatalLimit: isFatal ? limit : undefined,
    policy: [policy, operator].filter((one) => typeof one === 'string' && one !== '').join(' and ') || '?',
  };
}

/** Its time for an acknowledgement, when that is less than what workers believe. Nobody acknowledges what waits for its time. */
function shortened({ name, effective_policy_definition: definition }: ManagedQueue, examined: Examined): string[] {
  const timeout = definition?.['consumer-timeout'];
  const isHandled = examined.registry.queues.some((one) => name === one.name || name === quarantineName(one.name));
  const isShorter = typeof timeout === 'number' && timeout >= 0 && timeout < examined.settings.brokerAckTimeout;
  return isHandled && isShorter ? [`consumer-timeout ${timeout}`] : [];
}

/** One sentence of each thing that is said, with the queues of which it is. */
function sentences(
  found: readonly Meddling[],
  sayingOf: (one: Meddling) => string,
  says: (what: string, names: string) => Says,
): Says[] {
  return [...new Set(found.map(sayingOf))].map((what) =>
    says(what, listed(found.filter((one) => sayingOf(one) === what).map(({ queue }) => queue))),
  );
}
