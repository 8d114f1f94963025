import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A pair of sockets: a client's to us, and ours to the broker. */
interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** A network between an app and the broker that can go wrong on demand. */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private delay = 0;
  private isBlackHole = false;
  private isRefusing = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free loopback port; close it on the line that opens it (`afterEach(() => proxy.close())`). */
  static async open(amqpUrl: string): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, new URL(amqpUrl));
  }

  /** The broker's address by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.links.size;
  }

  /** Cuts every connection with a reset. New ones are let through, unless `refuse` is asked for too. */
  cut({ refuse = false } = {}): void {
    this.isRefusing = refuse;
    for (const { client, upstream } of this.links) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  /** The link falls silent in both directions: nothing arrives, nothing is closed. New connections hear nothing either. */
  blackHole(): void {
    this.isBlackHole = true;
  }

  /** Every chunk takes so many milliseconds longer, in each direction. */
  slowDown(milliseconds: number): void {
    this.delay = milliseconds;
  }

  /** A healthy network again for connections to come; those that fell into the black hole are cut. */
  heal(): void {
    if (this.isBlackHole) this.cut();
    this.isBlackHole = false;
    this.isRefusing = false;
    this.delay = 0;
  }

  /** Can be called twice. */
  async close(): Promise<void> {
    this.cut({ refuse: true });
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port || 5672), this.target.hostname);
    const link = { client, upstream };
    this.links.add(link);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.links.delete(link);
      });
      from.pipe(this.line()).pipe(to);
    }
  }

  /** One direction: each chunk is passed on, late, or never. */
  private line(): Transform {
    return new Transform({
      transform: (chunk, _encoding, pass) => {
        if (this.isBlackHole) pass();
        else if (this.delay === 0) pass(null, chunk);
        else setTimeout(() => pass(null, chunk), this.delay);
      },
    });
  }
}
