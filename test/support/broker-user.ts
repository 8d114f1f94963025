import { randomUUID } from 'node:crypto';

/** What a user of the broker may do in one virtual host: regular expressions on the names of queues and exchanges. */
export interface Permissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** A user of the suite's broker with limited rights; remove it on the line that creates it. */
export class BrokerUser {
  private constructor(
    readonly name: string,
    readonly password: string,
    private readonly vhost: URL,
  ) {}

  /** One who may do nothing in the virtual host of this address, nor enter it, before it is allowed. */
  static async create(vhostUrl: string): Promise<BrokerUser> {
    const user = new BrokerUser(`user-${randomUUID()}`, `secret-${randomUUID()}`, new URL(vhostUrl));
    await user.setPassword(user.password);
    return user;
  }

  /** The virtual host's address for this user. */
  get url(): string {
    const url = new URL(this.vhost);
    url.username = this.name;
    url.password = this.password;
    return url.href;
  }

  /** For channels to come, and soon for those that are open: the broker remembers for a while what it has allowed. */
  async allow(permissions: Permissions): Promise<void> {
    await manage('PUT', `/api/permissions/${this.vhost.pathname.slice(1)}/${this.name}`, permissions);
  }

  /** For connections to come; those that are open stay. */
  async setPassword(password: string): Promise<void> {
    await manage('PUT', `/api/users/${this.name}`, { password, tags: '' });
  }

  /** What the management asks for: `management`, `monitoring`. */
  async setTags(tags: readonly string[]): Promise<void> {
    await manage('PUT', `/api/users/${this.name}`, { password: this.password, tags: tags.join(',') });
  }

  async remove(): Promise<void> {
    await manage('DELETE', `/api/users/${this.name}`);
  }
}

async function manage(method: string, path: string, body?: object): Promise<void> {
  const url = new URL(path, process.env['WARREN_TEST_MANAGEMENT_URL']);
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
  url.username = '';
  url.password = '';
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}
