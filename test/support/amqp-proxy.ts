import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { freePort } from './free-port';

/** Methods of AMQP 0-9-1 with which a client sets up what it needs and uses it: class and method number. */
const methods = {
  'connection.open': [10, 40],
  'channel.open': [20, 10],
  'channel.close': [20, 40],
  'queue.declare': [50, 10],
  'exchange.declare': [40, 10],
  'basic.qos': [60, 10],
  'basic.consume': [60, 20],
  'basic.cancel': [60, 30],
  'basic.publish': [60, 40],
  'basic.ack': [60, 80],
  'confirm.select': [85, 10],
} as const;

export type AmqpMethod = keyof typeof methods;

const PROTOCOL_HEADER_BYTES = 8;
const FRAME_HEADER_BYTES = 7;
const METHOD_FRAME = 1;

/**
 * `before`: the broker never sees the method. `after`: it does what was asked, and its answer is lost. `never`: the
 * connection stays as it is and falls silent, as when the broker hangs. `unanswered`: it stays as well, and the broker does what it is asked
 * from then on, and is not heard any more. `held`: what the client says from then on waits for {@link AmqpProxy.letGo}.
 */
export type CutTime = 'before' | 'after' | 'never' | 'unanswered' | 'held';

/** A method, or the number of a client's frame: 1 is the protocol header. */
interface Cut {
  readonly at: AmqpMethod | number;
  readonly when: CutTime;
}

/**
 * A proxy that understands a client's frames, so that a connection can be cut at an exact step of its set-up, and that
 * can begin to listen late, on an address that is known before.
 */
export class AmqpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly upstreams = new Set<Socket>();
  private readonly unnoticed = new Set<Socket>();
  private readonly cuts: Cut[] = [];
  /** What clients have said and the broker has not heard yet. */
  private readonly kept: [Socket, Buffer][] = [];
  private isLetGo = false;
  private done = 0;
  private most = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    private readonly port: number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** An address on which nobody listens yet; close it on the line that reserves it (`afterEach(() => proxy.close())`). */
  static async reserve(amqpUrl: string): Promise<AmqpProxy> {
    return new AmqpProxy(createServer({ noDelay: true }), new URL(amqpUrl), await freePort());
  }

  /** One that listens already. */
  static async open(amqpUrl: string): Promise<AmqpProxy> {
    const proxy = await AmqpProxy.reserve(amqpUrl);
    await proxy.listen();
    return proxy;
  }

  /** The broker's address by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** How many of the cuts that were asked for have happened. */
  get cutsDone(): number {
    return this.done;
  }

  /** The most frames that one client has sent on one connection, the protocol header included. */
  get mostFrames(): number {
    return this.most;
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Cuts the next connection that sends this method, once; calls add up, and are done in order. */
  cutAt(method: AmqpMethod, when: CutTime): void {
    this.cuts.push({ at: method, when });
  }

  /** The same at the client's n-th frame, whatever it is. */
  cutAtFrame(number: number, when: CutTime): void {
    this.cuts.push({ at: number, when });
  }

  /** Cuts every connection that is open now. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /**
   * Cuts the client's half of every connection that is open now. The broker does not notice: what it has handed out
   * there stays handed out until {@link letNotice}.
   */
  cutUnnoticed(): void {
    for (const upstream of this.upstreams) this.unnoticed.add(upstream);
    for (const socket of this.sockets) if (!this.upstreams.has(socket)) socket.resetAndDestroy();
  }

  /** What was held is passed on, and all that follows. */
  letGo(): void {
    this.isLetGo = true;
    for (const [upstream, frame] of this.kept.splice(0)) upstream.write(frame);
  }

  /** The broker notices the cuts it has not noticed. */
  letNotice(): void {
    for (const upstream of this.unnoticed) upstream.resetAndDestroy();
  }

  /** Can be called twice. */
  async close(): Promise<void> {
    this.cut();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    // Each frame is a write of its own here: with Nagle's algorithm every second one would wait for 40 ms.
    const upstream = connect({ port: Number(this.target.port || 5672), host: this.target.hostname, noDelay: true });
    this.upstreams.add(upstream);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (!this.unnoticed.has(other)) other.destroy();
        for (const sockets of [this.sockets, this.upstreams, this.unnoticed]) sockets.delete(socket);
      });
    }
    upstream.pipe(client);
    const frames = new FrameReader();
    let count = 0;
    let cut: Cut | undefined;
    client.on('data', (chunk: Buffer) => {
      for (const frame of frames.read(chunk)) {
        count += 1;
        this.most = Math.max(this.most, count);
        if (cut === undefined) {
          cut = this.takeCutAt(frame, count);
          if (cut !== undefined) carryOut(cut, client, upstream);
        }
        if (cut?.when === 'before' || cut?.when === 'never') return;
        if (cut?.when === 'held' && !this.isLetGo) this.kept.push([upstream, frame]);
        else upstream.write(frame);
      }
    });
  }

  private takeCutAt(frame: Buffer, number: number): Cut | undefined {
    const [next] = this.cuts;
    if (next === undefined) return undefined;
    if (typeof next.at === 'number' ? next.at !== number : !isMethod(frame, next.at)) return undefined;
    this.done += 1;
    return this.cuts.shift();
  }
}

/** What follows a method that has no answer of its own is passed on as well: the answer to that is what gets lost. */
function carryOut({ when }: Cut, client: Socket, upstream: Socket): void {
  if (when === 'before' || when === 'never') client.removeAllListeners('data').pause();
  if (when === 'before') {
    client.resetAndDestroy();
    return;
  }
  if (when === 'held') return;
  upstream.unpipe(client);
  // What the broker sends next is its answer; the client never gets it.
  if (when === 'after') upstream.once('data', () => client.resetAndDestroy()).resume();
  if (when === 'unanswered') upstream.resume();
}

/** Cuts a client's bytes into the protocol header and whole frames. */
class FrameReader {
  private unread: Buffer = Buffer.alloc(0);
  private isHeaderRead = false;

  *read(chunk: Buffer): Generator<Buffer> {
    this.unread = Buffer.concat([this.unread, chunk]);
    for (let end = this.end(); end <= this.unread.length; end = this.end()) {
      const piece = this.unread.subarray(0, end);
      this.unread = this.unread.subarray(end);
      this.isHeaderRead = true;
      yield piece;
    }
  }

  /** Where the first piece ends; beyond the last byte when that is not known yet. */
  private end(): number {
    if (!this.isHeaderRead) return PROTOCOL_HEADER_BYTES;
    return FRAME_HEADER_BYTES + (this.unread.length < FRAME_HEADER_BYTES ? 0 : this.unread.readUInt32BE(3)) + 1;
  }
}

function isMethod(frame: Buffer, name: AmqpMethod): boolean {
  if (frame.length < FRAME_HEADER_BYTES + 4 || frame[0] !== METHOD_FRAME) return false;
  const [classId, methodId] = methods[name];
  return frame.readUInt16BE(FRAME_HEADER_BYTES) === classId && frame.readUInt16BE(FRAME_HEADER_BYTES + 2) === methodId;
}
