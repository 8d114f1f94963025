import { BrokerConnection } from '../connection/broker-connection';
import { Connector } from '../connection/connector';
import type { Link } from '../connection/connector';
import { Publisher } from '../connection/publisher';
import { QueueEvents } from '../events';
import type { OutgoingMessage } from '../message/message';
import type { Route } from '../topology/routes';
import type { PublishedMessage } from './recorded-task';
import { currentRun } from './run-notes';

/** Nobody is connected to. */
export class NoBroker extends Connector {
  override open(): Link {
    return { close: () => Promise.resolve() };
  }
}

const settings = { urls: [], heartbeat: 30, connectTimeout: 1_000, reconnectDelay: 1_000 };
const limits = { publishBufferMessages: 1, publishBufferBytes: 1 };

/** In place of what sends messages: keeps them, and confirms each at once. */
export class RecordingPublisher extends Publisher {
  readonly published: PublishedMessage[] = [];
  private failure: (() => Error) | undefined;

  constructor() {
    const connection = new BrokerConnection('producing', settings, new QueueEvents(), new NoBroker());
    super(connection, limits, () => Promise.resolve());
  }

  /** From now on nothing is taken: each publish rejects with what this gives. `undefined` ends that. */
  failWith(failure: (() => Error) | undefined): void {
    this.failure = failure;
  }

  override async publish(route: Route, message: OutgoingMessage): Promise<void> {
    if (this.failure !== undefined) throw this.failure();
    const published = { route, message };
    this.published.push(published);
    currentRun()?.published.push(published);
  }

  override flush(): Promise<void> {
    return Promise.resolve();
  }
}
