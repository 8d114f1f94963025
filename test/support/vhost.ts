import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConsumeMessage, GetMessage, Options } from 'amqplib';
import { waitFor } from './wait-for';

/** What a queue holds, as a test asserts it: the whole truth at once. */
export interface Counts {
  readonly ready: number;
  readonly unacked: number;
  readonly dead: number;
}

/** A virtual host of its own for one test file, and a plain AMQP client in it. */
export class Vhost {
  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly management: string,
    private readonly connection: ChannelModel,
    readonly channel: Channel,
  ) {}

  /** Makes one on the suite's private node; close it on the line that opens it (`afterAll(() => vhost.close())`). */
  static async open(): Promise<Vhost> {
    const name = `test-${randomUUID()}`;
    const management = variable('WARREN_TEST_MANAGEMENT_URL');
    await request(management, 'PUT', `/api/vhosts/${name}`);
    const url = new URL(variable('WARREN_TEST_URL'));
    url.pathname = `/${name}`;
    const connection = await connect(url.href);
    return new Vhost(name, url.href, management, connection, await connection.createChannel());
  }

  async close(): Promise<void> {
    await this.connection.close();
    await request(this.management, 'DELETE', `/api/vhosts/${this.name}`);
  }

  /** Publishes bytes as any AMQP client would, to a queue by its name. */
  publish(queue: string, body: string | Buffer, options: Options.Publish = {}): void {
    this.channel.sendToQueue(queue, Buffer.from(body), { persistent: true, ...options });
  }

  /** Takes one message from a queue; fails when there is none. */
  async take(queue: string): Promise<GetMessage> {
    const message = await waitFor(`a message in ${queue}`, () => this.channel.get(queue, { noAck: true }));
    return message;
  }

  /** Takes every message that is ready in a queue now, in order. */
  async takeAll(queue: string): Promise<ConsumeMessage[]> {
    const { messageCount } = await this.channel.checkQueue(queue);
    const taken: ConsumeMessage[] = [];
    if (messageCount === 0) return taken;
    const { consumerTag } = await this.channel.consume(queue, (message) => message && taken.push(message), {
      noAck: true,
    });
    await waitFor(
      () => `${messageCount} messages of ${queue}; ${taken.length} have come`,
      () => taken.length >= messageCount,
    );
    await this.channel.cancel(consumerTag);
    return taken;
  }

  /**
   * Messages in a queue and its dead-letter queue. Ready and dead ones are exact; unacknowledged ones come from the
   * management API, which lags by seconds: wait for an event of the worker first.
   */
  async counts(queue: string): Promise<Counts> {
    const { messageCount: ready } = await this.channel.checkQueue(queue);
    const { messageCount: dead } = await this.channel.checkQueue(`${queue}.dlq`);
    return { ready, unacked: await this.unacknowledged(queue), dead };
  }

  /** Waits until a queue holds exactly this. */
  async settles(queue: string, expected: Counts): Promise<void> {
    let last: Counts | undefined;
    await waitFor(
      () => `${queue} to hold ${JSON.stringify(expected)}; it holds ${JSON.stringify(last)}`,
      async () => {
        last = await this.counts(queue);
        return JSON.stringify(last) === JSON.stringify(expected);
      },
    );
  }

  async consumers(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).consumerCount;
  }

  /** Waits until the management API knows a connection of this name, and returns all of them: it lags by seconds. */
  listedConnections(clientName: string): Promise<{ name: string }[]> {
    return waitFor(`a connection named ${clientName}`, async () => {
      const all = await this.connections();
      const named = all.filter((connection) => connection.client_properties?.connection_name === clientName);
      return named.length > 0 ? named : undefined;
    });
  }

  /** Closes connections as an operator would, through the management API: those whose client calls itself so. */
  async closeConnections(clientName: string): Promise<number> {
    const connections = await this.listedConnections(clientName);
    for (const { name } of connections) {
      await request(this.management, 'DELETE', `/api/connections/${encodeURIComponent(name)}`);
    }
    return connections.length;
  }

  /** No client may connect any more; those that are there stay. */
  async admitNobody(): Promise<void> {
    await request(this.management, 'PUT', `/api/vhost-limits/${this.name}/max-connections`, { value: 0 });
  }

  async admitEverybody(): Promise<void> {
    await request(this.management, 'DELETE', `/api/vhost-limits/${this.name}/max-connections`);
  }

  /** A policy for the queues whose name matches, as an operator sets it; for queues that are declared afterwards. */
  async setPolicy(pattern: string, definition: Readonly<Record<string, string | number>>): Promise<void> {
    const policy = { pattern, definition, 'apply-to': 'queues' };
    await request(this.management, 'PUT', `/api/policies/${this.name}/${encodeURIComponent(pattern)}`, policy);
  }

  private async connections(): Promise<{ name: string; client_properties?: { connection_name?: string } }[]> {
    const answer = await request(this.management, 'GET', `/api/vhosts/${this.name}/connections`);
    return (await answer.json()) as { name: string; client_properties?: { connection_name?: string } }[];
  }

  private async unacknowledged(queue: string): Promise<number> {
    const answer = await request(this.management, 'GET', `/api/queues/${this.name}/${encodeURIComponent(queue)}`);
    const { messages_unacknowledged: count = 0 } = (await answer.json()) as { messages_unacknowledged?: number };
    return count;
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set; run the tests by npm test, which starts a private broker.`);
  return value;
}

async function request(management: string, method: string, path: string, body?: object): Promise<Response> {
  const url = new URL(path, management);
  const authorization = `Basic ${Buffer.from(`${url.username || 'guest'}:${url.password || 'guest'}`).toString('base64')}`;
  url.username = '';
  url.password = '';
  const answer = await fetch(url, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok && answer.status !== 404)
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}
