import type { Check } from './examined';
import { fail, ok, skipped, warn } from './finding';
import { needing } from './needing-management';

/** A clock that is further away makes due times and expiries wrong by as much. */
const MAX_SKEW_MS = 5_000;

/** A node with less room than so many times its limit is near the alarm. */
const NEAR_LIMIT = 3;

/** How the broker's nodes are. AMQP has no question for it. */
export const nodeChecks: readonly Check[] = [
  needing(
    'alarms',
    ({ nodes }) =>
      nodes?.flatMap(({ name, mem_alarm: memory, disk_free_alarm: disk }) => [
        ...(memory === true
          ? [
              fail(
                `${name} has a memory alarm: it reads nothing that is published`,
                'drain queues, or give it more memory',
              ),
            ]
          : []),
        ...(disk === true
          ? [fail(`${name} has a disk alarm: it reads nothing that is published`, 'free its disk')]
          : []),
      ]),
    'none',
  ),
  needing(
    'disk',
    ({ nodes }) =>
      nodes?.flatMap(({ name, disk_free: free, disk_free_limit: limit }) =>
        free !== undefined && limit !== undefined && free < NEAR_LIMIT * limit
          ? [warn(`${name} has ${megabytes(free)} left, and stops reading at ${megabytes(limit)}`, 'free its disk')]
          : [],
      ),
    'room enough on every node',
  ),
  needing(
    'nodes',
    ({ nodes }) =>
      nodes?.flatMap(({ name, running, partitions = [] }) => [
        ...(running === false ? [fail(`${name} is down`, 'start it')] : []),
        ...(partitions.length > 0
          ? [fail(`${name} is cut off from ${partitions.join(', ')}`, 'https://www.rabbitmq.com/docs/partitions')]
          : []),
      ]),
    'all are up',
  ),
  needing(
    'copies',
    ({ nodes, queues }) => {
      const wanted = Math.min(3, nodes?.length ?? 1);
      return queues?.flatMap(({ name, members, online }) => {
        if (members === undefined || online === undefined) return [];
        if (online.length < members.length)
          return [warn(`${online.length} of ${members.length} copies of ${name} are up`, 'start the other nodes')];
        return members.length < wanted
          ? [
              warn(
                `${name} has ${members.length} copies on ${nodes?.length} nodes`,
                'rabbitmq-queues grow puts more on other nodes',
              ),
            ]
          : [];
      });
    },
    'every replicated queue has its copies',
  ),
  {
    name: 'clock',
    look: ({ management }) => {
      if (typeof management === 'string') return [skipped(management)];
      const skew = Math.round(management.clockSkew);
      return Math.abs(skew) > MAX_SKEW_MS
        ? [
            warn(
              `this machine's clock and the broker's differ by ${Math.abs(skew)} ms`,
              'let both keep time by NTP: due times and expiries are read by many clocks',
            ),
          ]
        : [ok(`within ${MAX_SKEW_MS / 1_000} s of the broker's`)];
    },
  },
];

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
