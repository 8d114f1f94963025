import { createHash } from 'node:crypto';
import type { BrokerUser } from '@app/queue/operating';

/** Where the users are, and what they are called. */
export interface Naming {
  readonly vhost: string;
  readonly prefix: string;
}

/** Commands for a shell on the broker's machine. `add_user` asks for the password, so that it stands in no history. */
export function rabbitmqctlLines(users: readonly BrokerUser[], { vhost, prefix }: Naming): string {
  const lines = users.flatMap(({ role, tags, configure, write, read }) => {
    const name = quoted(prefix + role);
    const rights = [configure, write, read].map(quoted).join(' ');
    return [
      `rabbitmqctl add_user ${name}`,
      ...(tags.length === 0 ? [] : [`rabbitmqctl set_user_tags ${name} ${tags.join(' ')}`]),
      `rabbitmqctl set_permissions -p ${quoted(vhost)} ${name} ${rights}`,
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Definitions for `rabbitmqctl import_definitions`: users that are there get these passwords and rights, others stay as they are. */
export function definitions(
  users: readonly BrokerUser[],
  { vhost, prefix }: Naming,
  hashOf: (role: string) => string,
): string {
  const named = users.map((user) => ({ ...user, name: prefix + user.role }));
  const document = {
    vhosts: [{ name: vhost }],
    users: named.map(({ name, role, tags }) => ({
      name,
      password_hash: hashOf(role),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags,
    })),
    permissions: named.map(({ name, configure, write, read }) => ({ user: name, vhost, configure, write, read })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** A password as RabbitMQ keeps it: a salt, and the SHA-256 of both (https://www.rabbitmq.com/docs/passwords). */
export function passwordHash(password: string, salt: Buffer): string {
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

/** For a shell: what stands between apostrophes means itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
