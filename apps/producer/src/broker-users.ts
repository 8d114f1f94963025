import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { BROKER_ROLES, brokerUser, TaskRegistry } from '@app/queue/operating';
import type { BrokerRole } from '@app/queue/operating';
import { allTasks } from '@app/tasks';
import { definitions, passwordHash, rabbitmqctlLines } from './broker-users/printing';
import { USAGE } from './broker-users/usage';

const WRONG_USAGE = 2;

const FORMATS = ['rabbitmqctl', 'definitions'];

const FLAGS = {
  queues: { type: 'string' },
  vhost: { type: 'string', default: '/' },
  prefix: { type: 'string', default: 'warren-' },
  format: { type: 'string', default: 'rabbitmqctl' },
} as const;

/** `npm run broker:users`: prints the users that the broker needs, made from the task definitions. */
function main(args: readonly string[]): void {
  const { values, positionals } = parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  const { vhost, prefix, format } = values;
  if (!FORMATS.includes(format)) throw new TypeError(`--format is one of ${FORMATS.join(', ')}, not "${format}"`);
  const roles = positionals.length === 0 ? BROKER_ROLES : positionals.map(roleOf);
  const users = roles.map((role) => brokerUser(role, queuesOf(values.queues), exchangesOf(values.queues)));
  if (format === 'rabbitmqctl') process.stdout.write(rabbitmqctlLines(users, { vhost, prefix }));
  else process.stdout.write(definitions(users, { vhost, prefix }, (role) => hashOfNewPassword(prefix + role)));
}

function roleOf(text: string): BrokerRole {
  const role = BROKER_ROLES.find((one) => one === text);
  if (role === undefined) throw new TypeError(`"${text}" is no role; roles are ${BROKER_ROLES.join(', ')}`);
  return role;
}

function queuesOf(text: string | undefined): string[] {
  if (text === undefined) return [...new Set(allTasks.map(({ queue }) => queue.name))];
  return text.split(',').map((name) => name.trim());
}

function exchangesOf(text: string | undefined): string[] {
  const named = queuesOf(text);
  const { queues } = new TaskRegistry(allTasks);
  const bindings = queues.filter(({ name }) => named.includes(name)).flatMap((queue) => queue.bindings ?? []);
  return [...new Set(bindings.map(({ exchange }) => exchange))];
}

function hashOfNewPassword(user: string): string {
  const password = randomBytes(24).toString('base64url');
  process.stderr.write(`${user} ${password}\n`);
  return passwordHash(password, randomBytes(4));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TypeError)) throw error; // parseArgs throws one as well
  process.stderr.write(`broker:users: ${error.message}\n\n${USAGE}\n`);
  process.exitCode = WRONG_USAGE;
}
