import { isIP } from 'node:net';
import type { PublishProbe } from '../../connection/publish-probe';
import { ok, fail, skipped, unless, warn } from './finding';
import type { Says } from './finding';
import type { Check } from './examined';

/** From 3.10 on quorum queues dead-letter at least once, and there are streams that can be read by any client. */
const OLDEST = [3, 10] as const;

/** The largest message by default: RabbitMQ 4.0 lowered it (https://www.rabbitmq.com/docs/configure, max_message_size). */
const LARGEST_MESSAGE = { from4: 16_777_216, before: 134_217_728 };

/** What a broker says of itself, and how it is reached. */
export const brokerChecks: readonly Check[] = [
  {
    name: 'broker version',
    look: ({ broker: { product, version } }) => {
      const name = `${product} ${version}`;
      if (product !== 'RabbitMQ')
        return [
          warn(
            `${name}: quorum queues are not replicated there, and streams are its own`,
            'use RabbitMQ from 3.10 on where copies on several nodes matter',
          ),
        ];
      const [major, minor] = versionOf(version);
      const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
      return isOld
        ? [fail(`${name} is older than 3.10`, 'upgrade it: before 3.10 dead letters of the broker itself can be lost')]
        : [ok(name)];
    },
  },
  {
    name: 'TLS',
    look: ({ settings }) =>
      unless(
        foreign(settings.urls)
          .filter(({ protocol }) => protocol === 'amqp:')
          .map(({ host }) =>
            warn(
              `${host} is another machine, and the connection is not encrypted`,
              'use amqps:// (NODE_EXTRA_CA_CERTS names an authority of your own)',
            ),
          ),
        'encrypted, or this machine',
      ),
  },
  {
    name: 'credentials',
    look: ({ settings }) =>
      unless(
        foreign(settings.urls)
          .filter(({ username }) => username === '' || username === 'guest')
          .map(({ host }) =>
            warn(
              `the user at ${host} is guest, whose password everybody knows`,
              'make a user of your own with the permissions of docs/topology.md',
            ),
          ),
        'a user of your own, or this machine',
      ),
  },
  {
    name: 'heartbeat',
    look: ({ connection, settings }) => {
      const { heartbeat = settings.heartbeat } = connection.connection as { heartbeat?: number };
      return heartbeat === 0
        ? [
            warn(
              'there are no heartbeats: a dead link is found out by nobody',
              'let the broker have one (its heartbeat is 0)',
            ),
          ]
        : [ok(`every ${heartbeat} s; a dead link is found out in two of them`)];
    },
  },
  {
    name: 'largest message',
    look: ({ broker: { product, version }, settings: { maxMessageBytes } }) => {
      if (product !== 'RabbitMQ') return [skipped(`nobody knows ${product}'s limit`)];
      const limit = versionOf(version)[0] >= 4 ? LARGEST_MESSAGE.from4 : LARGEST_MESSAGE.before;
      return maxMessageBytes > limit
        ? [
            warn(
              `MAX_MESSAGE_BYTES is ${maxMessageBytes}, and the broker takes ${limit} unless told otherwise`,
              'lower it, or raise the broker’s max_message_size',
            ),
          ]
        : [ok(`${maxMessageBytes} bytes, and the broker takes ${limit}`)];
    },
  },
  {
    name: 'publishing',
    look: ({ publishing }) => [publishingSays(publishing)],
  },
];

function publishingSays(probe: PublishProbe): Says {
  if (probe.end === 'returned') return ok('the user may publish, and the broker reads it');
  if (probe.end === 'silent')
    return fail(
      'the broker does not answer to what is published',
      'look at its log: an alarm, a full disk or a node that is down',
    );
  return probe.end === 'denied'
    ? fail(
        `the user may not publish (${probe.why})`,
        'grant it write on amq.default: docs/topology.md has the permissions',
      )
    : fail(
        `an alarm keeps the broker from reading what is published (${probe.why})`,
        'free memory or disk on its node; tasks wait in the producers meanwhile',
      );
}

/** Major and minor. */
export function versionOf(version: string): readonly [number, number] {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return [major, minor];
}

/** The URLs that lead to other machines. */
function foreign(urls: readonly string[]): URL[] {
  return urls.map((url) => new URL(url)).filter(({ hostname }) => !isThisMachine(hostname));
}

function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
