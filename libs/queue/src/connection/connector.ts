import { connect } from 'amqp-connection-manager';
import type { ChannelModel } from 'amqplib';
import type { QueueSettings } from '../queue.options';
import { writeInBatches } from './frame-batch';

/** What a connection is opened with. */
export interface LinkSettings extends Pick<QueueSettings, 'urls' | 'heartbeat' | 'connectTimeout' | 'reconnectDelay'> {
  /** What else the AMQP client takes for its socket: certificates, credentials. */
  readonly connectionOptions?: Readonly<Record<string, unknown>>;
  /** Attempts that may fail before there was ever a connection; then whoever waits is told that there is none. Default: without end. */
  readonly maxConnectionAttempts?: number;
}

/** Who is told what becomes of a link. */
export interface LinkObserver {
  connected(connection: ChannelModel, url: string): void;
  failed(error: Error, url: string): void;
  lost(error: Error): void;
  blocked(reason: string): void;
  unblocked(): void;
}

/** What keeps one connection open, and opens it again when it is lost. */
export interface Link {
  /** For good: nobody is told of anything after that. */
  close(): Promise<unknown>;
}

/**
 * What opens connections to the broker, and the clock that goes with it. Whatever of Warren talks to a broker does so through one:
 * the real one unless a test hands in another (`MemoryBroker` of `@app/queue/testing`, by `overrideProvider(Connector)`).
 */
export abstract class Connector {
  /**
   * Milliseconds since 1970, for what decides when tasks are due, expire and failed. What only measures how long something takes asks
   * the process's own clock.
   */
  readonly now: () => number = Date.now;

  /**
   * Begins to connect, and goes on until it is closed.
   * @param name what the connection is called where an operator looks
   */
  abstract open(settings: LinkSettings, name: string, observer: LinkObserver): Link;
}

/** Connects over the network. `amqp-connection-manager` reconnects and goes round the list of nodes. */
class AmqpConnector extends Connector {
  open(settings: LinkSettings, name: string, observer: LinkObserver): Link {
    const manager = connect([...settings.urls], {
      heartbeatIntervalInSeconds: settings.heartbeat,
      reconnectTimeInSeconds: settings.reconnectDelay / 1_000,
      connectionOptions: {
        ...settings.connectionOptions,
        timeout: settings.connectTimeout,
        // Without it a message of two writes waits for the broker's delayed ACK: 44 ms each from about 2 KB on.
        noDelay: true,
        clientProperties: { connection_name: name },
      },
    });
    manager.on('connect', ({ connection, url }) => {
      // amqp-connection-manager declares amqplib's inner connection here and hands out the outer one.
      const model = connection as unknown as ChannelModel;
      writeInBatches(model);
      observer.connected(model, textOf(url));
    });
    manager.on('connectFailed', ({ err, url }) => observer.failed(err, textOf(url)));
    manager.on('disconnect', ({ err }) => observer.lost(err));
    manager.on('blocked', ({ reason }) => observer.blocked(reason));
    manager.on('unblocked', () => observer.unblocked());
    return manager;
  }
}

/** The URL as it was given to the manager, which also takes objects. */
function textOf(url: unknown): string {
  return typeof url === 'string' ? url : '';
}

/** The connector of every process that is no test. */
export const amqpConnector: Connector = new AmqpConnector();
