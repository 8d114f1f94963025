import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Transform } from 'node:stream';

/** A pair of sockets: a client's to us, and ours to the broker. */
interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** The hosts at its two ends no longer reach each other, and neither is told. */
  isSevered: boolean;
}

/** How often a slow line passes something on. */
const SLICE_MS = 20;

/** A network between an app and the broker that can go wrong on demand. */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private delay = 0;
  private bytesPerSecond = Infinity;
  private isBlackHole = false;
  private isRefusing = false;
  private accepted = 0;
  private destination: URL;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    this.destination = target;
    server.on('connection', (client) => this.accept(client));
  }

  /** Listens on a free loopback port; close it on the line that opens it (`afterEach(() => proxy.close())`). */
  static async open(amqpUrl: string): Promise<TcpProxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
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

  /** New connections lead to another place: whatever listens on the port of this URL. */
  redirect(url: string): void {
    this.destination = new URL(url);
  }

  /** Connections that were asked for so far, those that were refused included. */
  get attempts(): number {
    return this.accepted;
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

  /** The far host is gone, as by a power cut: what is open hears nothing any more, nothing is closed. New connections are let through. */
  sever(): void {
    for (const link of this.links) link.isSevered = true;
  }

  /** So many bytes a second pass, in each direction of each connection. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Every chunk takes so many milliseconds longer, in each direction. */
  slowDown(milliseconds: number): void {
    this.delay = milliseconds;
  }

  /** A healthy network again; connections that fell into the black hole are cut, or left to time out. */
  heal({ cut = true } = {}): void {
    if (this.isBlackHole && cut) this.cut();
    this.isBlackHole = false;
    this.isRefusing = false;
    this.delay = 0;
    this.bytesPerSecond = Infinity;
  }

  /** Can be called twice. */
  async close(): Promise<void> {
    this.cut({ refuse: true });
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    if (this.isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({
      port: Number(this.destination.port || 5672),
      host: this.destination.hostname,
      noDelay: true,
    });
    const link: Link = { client, upstream, isSevered: false };
    this.links.add(link);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {
        if (!link.isSevered) to.destroy();
      });
      const line = from.pipe(this.line(link));
      line.pipe(to, { end: false });
      line.on('end', () => {
        if (!link.isSevered) to.end();
      });
      from.on('close', () => {
        if (!link.isSevered) to.destroy();
        if (to.destroyed) this.links.delete(link);
      });
    }
  }

  /** One direction: each chunk is passed on, late, slice by slice, or never. */
  private line(link: Link): Transform {
    const line: Transform = new Transform({
      transform: (chunk: Buffer, _encoding, pass) => {
        if (this.isBlackHole || link.isSevered) pass();
        else if (this.bytesPerSecond !== Infinity) this.trickle(line, chunk, pass);
        else if (this.delay === 0) pass(null, chunk);
        else setTimeout(() => pass(null, chunk), this.delay);
      },
    });
    return line;
  }

  private trickle(line: Transform, chunk: Buffer, pass: () => void): void {
    if (chunk.length === 0) {
      pass();
      return;
    }
    const size = Math.min(chunk.length, Math.max(1, Math.round((this.bytesPerSecond * SLICE_MS) / 1_000)));
    line.push(chunk.subarray(0, size));
    setTimeout(() => this.trickle(line, chunk.subarray(size), pass), SLICE_MS);
  }
}
