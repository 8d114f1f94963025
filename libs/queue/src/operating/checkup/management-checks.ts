import { CONTROL_STREAM } from '../../topology/streams';
import { deadLetterQueueName, quarantineName } from '../../topology/names';
import type { Check } from './examined';
import { fail, listed, warn } from './finding';
import { bindingText, staleBindings } from '../stale-bindings';
import { needing } from './needing-management';
import { isOurs } from './our-queues';

/** How the names of those end that belong to a work queue. */
const KIN = /\.(?:dlq|quarantine)$/;

/** What others do to the queues, and who may what. AMQP has no question for it. */
export const managementChecks: readonly Check[] = [
  needing(
    'orphans',
    ({ queues }, examined) => {
      const kin = queues?.filter(({ name }) => KIN.test(name) && !isOurs(name, examined));
      const parents = new Set(kin?.map(({ name }) => name.replace(KIN, '')));
      const left = queues?.filter(({ name }) => parents.has(name) && !isOurs(name, examined));
      return (
        kin &&
        left && [
          ...left.map(({ name, messages = 0 }) =>
            warn(
              `${name}, which has a dead-letter queue or a quarantine, is not defined; it holds ${messages}`,
              'define it again until its tasks have run, then delete it and its kin',
            ),
          ),
          ...kin.map(({ name, messages = 0 }) =>
            warn(
              `${name} belongs to no queue that is defined; it holds ${messages}`,
              'empty it and delete it, or define its queue again',
            ),
          ),
        ]
      );
    },
    'every dead-letter queue and quarantine belongs to a queue that is defined',
  ),
  needing(
    'way out of delays',
    ({ deliveries }, { registry, looks }) => {
      const bound = new Set(deliveries?.map(({ destination }) => destination));
      const unbound = registry.queues.filter(({ name }) => looks.get(name)?.state === 'there' && !bound.has(name));
      return (
        deliveries &&
        unbound.map(({ name }) =>
          fail(
            `${name} is not bound to where delayed tasks come out`,
            'start or restart a worker of it, which binds it',
          ),
        )
      );
    },
    'every queue gets its delayed tasks',
  ),
  needing(
    'bindings',
    ({ bindings }, { registry }) =>
      bindings &&
      staleBindings(bindings, registry).map((binding) =>
        warn(`no definition binds ${bindingText(binding)}`, 'define it, or take it away: warren bindings --remove'),
      ),
    'every one of a queue is defined',
  ),
  needing(
    'consumers in hand',
    ({ consumers }, examined) =>
      consumers
        ?.filter(({ queue }) => isOurs(queue?.name ?? '', examined))
        .flatMap(({ queue, prefetch_count: prefetch, ack_required: acknowledges }) => {
          const whose = `a consumer of ${queue?.name}`;
          if (acknowledges === false)
            return [
              fail(
                `${whose} does not acknowledge: what it is handed is gone`,
                'find it in the management page and end it',
              ),
            ];
          return prefetch === 0
            ? [
                warn(
                  `${whose} has no prefetch: it is handed all there is`,
                  'find it in the management page; workers of Warren have one',
                ),
              ]
            : [];
        }),
    'every one acknowledges, and has a prefetch',
  ),
  // A passive declare, which tells how many consume a queue, counts nobody who reads a stream (RabbitMQ 3.10).
  needing(
    'readers of orders',
    ({ consumers }, { looks, registry }) => {
      const isUsed = looks.get(CONTROL_STREAM)?.state === 'there';
      const names = consumers?.map(({ queue }) => queue?.name);
      const areWorking = registry.queues.some(({ name }) => names?.includes(name));
      return (
        names &&
        (isUsed && areWorking && !names.includes(CONTROL_STREAM)
          ? [
              warn(
                'workers consume, and none of them reads orders',
                'upgrade the workers: theirs is older than cancel and pause',
              ),
            ]
          : [])
      );
    },
    'workers read what is ordered',
  ),
  needing(
    'permissions',
    ({ permissions }, { registry }) => {
      if (permissions === undefined) return undefined;
      const names = registry.queues.flatMap(({ name }) => [name, deadLetterQueueName(name), quarantineName(name)]);
      const wants = {
        configure: [...names, 'delay.00'],
        write: ['amq.default', 'delay.00'],
        read: [...names, 'delay.00'],
      };
      return Object.entries(wants).flatMap(([right, wanted]) => {
        const pattern = new RegExp(permissions[right as keyof typeof wants]);
        const lacking = wanted.filter((name) => !pattern.test(name));
        return lacking.length === 0
          ? []
          : [
              warn(
                `this user may not ${right} ${listed(lacking)}`,
                'grant it, if workers or producers use this user: docs/topology.md',
              ),
            ];
      });
    },
    'what a worker needs',
  ),
];
