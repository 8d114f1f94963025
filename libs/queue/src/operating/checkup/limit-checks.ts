import { quarantinePlan } from '../../topology/queue-arguments';
import type { Check } from './examined';
import { listed, ok, unless, warn } from './finding';
import { arePoliciesKnown, declaredPlan, limitInForce } from './limit-in-force';

/** The broker's own limits, against those of the definitions and settings. */
export const limitChecks: readonly Check[] = [
  {
    name: 'timeouts',
    look: (examined) => {
      const { brokerAckTimeout, queueType } = examined.settings;
      return unless(
        examined.registry.tasks.flatMap(({ name, queue, timeout }) => {
          // A suspect of the queue runs from its quarantine.
          const own = [declaredPlan(examined, queue), quarantinePlan(queue, queueType)].map((plan) =>
            limitInForce(examined, plan, 'consumer-timeout'),
          );
          const limit = Math.min(...own.map((one) => one ?? brokerAckTimeout));
          if (timeout === undefined || timeout < limit) return [];
          return own.includes(limit)
            ? [
                warn(
                  `the broker takes ${name} back after ${limit} ms, the consumer-timeout of its queue, before its timeout of ${timeout} ms`,
                  'shorten it, or raise consumer-timeout where the queue gets it: a policy, or an argument',
                ),
              ]
            : [
                warn(
                  `the broker takes ${name} back after ${limit} ms, before its timeout of ${timeout} ms`,
                  'shorten it, or raise the broker’s consumer_timeout and BROKER_ACK_TIMEOUT_MS',
                ),
              ];
        }),
        arePoliciesKnown(examined)
          ? `all shorter than policies allow, and than the broker's ${brokerAckTimeout} ms as BROKER_ACK_TIMEOUT_MS claims; the broker itself was not asked`
          : `all shorter than the broker's ${brokerAckTimeout} ms as BROKER_ACK_TIMEOUT_MS claims; neither the broker nor its policies were asked`,
      );
    },
  },
  {
    name: 'crash limit',
    look: (examined) => {
      const { crashLimit } = examined.settings;
      const limits = examined.registry.queues.flatMap((queue) => {
        const limit = limitInForce(examined, declaredPlan(examined, queue), 'delivery-limit');
        return limit === undefined ? [] : [{ name: queue.name, limit }];
      });
      const early = limits.filter(({ limit }) => crashLimit >= limit);
      if (early.length > 0) {
        const names = listed(early.map(({ name, limit }) => `${name} (${limit})`));
        return [
          warn(
            `CRASH_LIMIT ${crashLimit} is not below the delivery limit of ${names}: the broker may put a task aside first`,
            'lower CRASH_LIMIT; where a policy has lowered the limit, take the queue out of it',
          ),
        ];
      }
      const unasked = arePoliciesKnown(examined) ? '' : '; its policies were not asked';
      return [
        limits.length === 0
          ? ok(
              `no queue is known to have a delivery limit, which CRASH_LIMIT ${crashLimit} would have to come before${unasked}`,
            )
          : ok(
              `CRASH_LIMIT ${crashLimit} comes before the broker's delivery limit of ${Math.min(...limits.map(({ limit }) => limit))}${unasked}`,
            ),
      ];
    },
  },
];
