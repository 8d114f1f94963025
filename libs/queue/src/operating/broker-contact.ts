import type { ChannelModel } from '../connection/amqp';
import type { BrokerConnection } from '../connection/broker-connection';
import { maskUrl } from '../connection/broker-url';
import { closeChannel } from '../connection/close-channel';
import { openWithin } from '../connection/open-within';
import { NotConnectedError } from '../errors';
import type { QueueEvents } from '../events';
import type { QueueSettings } from '../queue.options';

/** The broker that answers. */
export interface BrokerFacts {
  readonly product: string;
  readonly version: string;
  /** The node's address, without the password. */
  readonly url: string;
  /** Milliseconds that one question and its answer took. */
  readonly milliseconds: number;
}

/** The connection that looks. The first time every node is tried once: whoever operates wants to be told at once that none is there. */
export class BrokerContact {
  private readonly failedNodes = new Map<string, string>();
  private url = '';

  constructor(
    private readonly connection: BrokerConnection,
    private readonly settings: QueueSettings,
    private readonly events: QueueEvents,
  ) {
    this.events.on('connection.open', ({ url }) => {
      this.url = url;
    });
    this.events.on('connection.failed', ({ url, why }) => this.failedNodes.set(url, why));
  }

  /** @throws NotConnectedError with each node's reason; AccessDeniedError when the broker lets nobody in. */
  async facts(): Promise<BrokerFacts> {
    const model = await this.model();
    const started = performance.now();
    const channel = await model.createChannel();
    const milliseconds = performance.now() - started;
    await closeChannel(channel);
    const { product, version } = model.connection.serverProperties;
    return { product, version, url: this.url, milliseconds };
  }

  /** The open connection. @throws as {@link facts} does. */
  async model(): Promise<ChannelModel> {
    const nodes = new Set(this.settings.urls.map(maskUrl));
    const isFirst = this.connection.state === 'idle';
    const opening = openWithin(this.connection, this.settings.connectTimeout * nodes.size, 'Nothing was done.');
    return isFirst ? Promise.race([opening, this.everyNodeFails(nodes)]) : opening;
  }

  private everyNodeFails(nodes: ReadonlySet<string>): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.events.on('connection.failed', ({ isDeniedAtStart }) => {
        if (isDeniedAtStart || ![...nodes].every((node) => this.failedNodes.has(node))) return;
        reject(new NotConnectedError([...new Set(this.failedNodes.values())].join('; '), 'Nothing was done.'));
      });
    });
  }
}
