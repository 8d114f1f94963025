import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, GetMessage, Options } from 'amqplib';
import type { World } from './world';

/** Something that a scenario observes: plain, so that it can be compared. */
export type Observation = unknown;

/** What a scenario works with, in whichever world: names of its own, channels that are closed in the end, and words for what it sees. */
export class Desk {
  private readonly models: ChannelModel[] = [];
  private main: ConfirmChannel | undefined;

  private constructor(
    readonly world: World,
    private readonly prefix: string,
    readonly model: ChannelModel,
  ) {}

  static async open(world: World, number: number, model: ChannelModel): Promise<Desk> {
    return new Desk(world, `c${number}.`, model);
  }

  async close(): Promise<void> {
    await closed(this.main);
    for (const model of this.models) await model.close().catch(() => undefined);
  }

  /** A name that no other scenario has. */
  name(name: string): string {
    return name === '' ? '' : this.prefix + name;
  }

  /** Without what makes names its own. */
  plain(value: Observation): Observation {
    return JSON.parse(JSON.stringify(value ?? null).replaceAll(this.prefix, ''));
  }

  /** A connection besides the one that all share. */
  async connect(): Promise<ChannelModel> {
    const model = await this.world.connect();
    model.on('error', () => undefined);
    this.models.push(model);
    return model;
  }

  /** The channel of everything that names no other; a new one when it was closed. */
  async channel(): Promise<ConfirmChannel> {
    if (this.main !== undefined) return this.main;
    const channel = await quiet(await this.model.createConfirmChannel());
    channel.once('close', () => {
      if (this.main === channel) this.main = undefined;
    });
    this.main = channel;
    return channel;
  }

  async queue(name: string, options: Options.AssertQueue = {}): Promise<string> {
    await (await this.channel()).assertQueue(this.name(name), options);
    return this.name(name);
  }

  async exchange(name: string, type: string, options: Options.AssertExchange = {}): Promise<string> {
    await (await this.channel()).assertExchange(this.name(name), type, options);
    return this.name(name);
  }

  /** Publishes a text and tells what became of it, in the order in which it was told. */
  async publish(exchange: string, key: string, body: string, options: Options.Publish = {}): Promise<string> {
    const channel = await this.channel();
    const told: string[] = [];
    const returned = (): void => void told.push('returned');
    channel.on('return', returned);
    const end = await new Promise<string>((resolve) => {
      channel.publish(exchange, key, Buffer.from(body), options, (error: unknown) =>
        resolve(error instanceof Error ? error.message : 'confirmed'),
      );
    });
    channel.off('return', returned);
    return [...told, end].join(', ');
  }

  /** The same, straight to a queue of its own, of several texts. */
  async fill(queue: string, ...bodies: readonly (string | [body: string, options: Options.Publish])[]): Promise<void> {
    for (const entry of bodies) {
      const [body, options = {}] = typeof entry === 'string' ? [entry] : entry;
      await this.publish('', this.name(queue), body, options);
    }
  }

  /** Everything that waits in a queue, taken for good: a text each, with a mark when it was handed out before. */
  async drain(queue: string): Promise<string[]> {
    const channel = await this.channel();
    const all: string[] = [];
    for (let message = await this.get(queue, channel); message; message = await this.get(queue, channel)) {
      channel.ack(message);
      all.push(textOf(message));
    }
    return all;
  }

  get(queue: string, channel: Channel): Promise<GetMessage | false> {
    return channel.get(this.name(queue), { noAck: false });
  }

  /** Takes so many messages in hand. */
  async hold(queue: string, channel: Channel, count: number): Promise<GetMessage[]> {
    const held: GetMessage[] = [];
    while (held.length < count) {
      const message = await this.get(queue, channel);
      if (message === false) throw new Error(`${queue} holds no more than ${held.length}`);
      held.push(message);
    }
    return held;
  }

  async ready(queue: string): Promise<number> {
    return (await (await this.channel()).checkQueue(this.name(queue))).messageCount;
  }

  /** Waits until a queue has so many messages that wait. */
  async reaches(queue: string, count: number): Promise<void> {
    await this.world.until(`${count} messages in ${queue}`, async () => (await this.ready(queue)) === count);
  }

  /** The code with which something is refused; `done` when it is not. */
  async refusal(ask: (channel: ConfirmChannel) => Promise<unknown>, model = this.model): Promise<string> {
    const channel = await quiet(await model.createConfirmChannel());
    try {
      await ask(channel);
      return 'done';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      await closed(channel);
    }
  }

  /** Resolves when a channel has been closed, with the broker's code. */
  async closing(channel: Channel, cause: () => void): Promise<string> {
    const end = new Promise<string>((resolve) => {
      channel.once('error', (error: Error) => resolve(String((error as { code?: number }).code)));
    });
    cause();
    return end;
  }
}

/** A channel whose errors are told to the call that caused them, and to whoever listens. */
export async function quiet<Quiet extends Channel>(channel: Quiet): Promise<Quiet> {
  channel.on('error', () => undefined);
  return channel;
}

/** `a`, and `a again` for what was handed out before. */
export function textOf({ content, fields }: ConsumeMessage | GetMessage): string {
  return `${content.toString()}${fields.redelivered ? ' again' : ''}`;
}

async function closed(channel: Channel | undefined): Promise<void> {
  try {
    await channel?.close();
  } catch {
    // The broker was faster.
  }
}
