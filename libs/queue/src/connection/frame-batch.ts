import type { Duplex } from 'node:stream';
import type { ChannelModel } from 'amqplib';

/** Bytes after which frames are handed to the socket although the turn goes on: what waits for the end of it is bounded. */
const MAX_BATCH_BYTES = 65_536;

/** Bytes that may wait in the socket's own buffer; beyond them a channel is told to wait for its `drain`. */
const MAX_UNSENT_BYTES = 262_144;

/** What is at least so large is handed on as it is; copying it would cost more than one more entry in the list of chunks. */
const SMALL_FRAME_BYTES = 4_096;

/** The part of amqplib's connection that writes; it is in none of its types. */
interface WritingConnection {
  readonly stream: Duplex;
  readonly muxer: { unpipeFrom(buffer: unknown): void };
  readonly channels: ({ buffer: FrameSink } | null)[];
  freshChannel(channel: DrainedChannel, options?: unknown): number;
}

interface DrainedChannel {
  onBufferDrain(): void;
}

/** What amqplib writes a channel's frames into. */
interface FrameSink {
  write(frame: Buffer): boolean;
  end(): void;
}

/**
 * Lets everything that is written on a connection in one turn of the event loop leave in one write, at the end of the turn.
 * amqplib by itself passes each frame through a stream a channel and hands it to the socket alone, in the next turn: a system
 * call and, without Nagle's algorithm, a packet a frame. Nothing is held back for company that may come: when
 * the turn has nothing left to do, the batch leaves. Frames keep their order, over all channels of the connection.
 *
 * Reaches into amqplib (its version is pinned); `test/integration/frame-batch.spec.ts` tells when that no longer fits.
 */
export function writeInBatches({ connection }: ChannelModel): void {
  const amqplib = connection as unknown as WritingConnection;
  const batch = new FrameBatch(amqplib.stream);
  const [control] = amqplib.channels;
  if (control) control.buffer = batch.control();
  const freshChannel = amqplib.freshChannel.bind(amqplib);
  amqplib.freshChannel = (channel, options) => {
    const number = freshChannel(channel, options);
    const place = amqplib.channels[number];
    if (!place) return number;
    amqplib.muxer.unpipeFrom(place.buffer);
    place.buffer = batch.channel(channel);
    return number;
  };
}

/** The frames of one turn, and whether the socket keeps up. */
class FrameBatch {
  private frames: Buffer[] = [];
  private bytes = 0;
  private isFull = false;
  private readonly waiting = new Set<DrainedChannel>();
  private readonly flushSoon = (): void => this.flush();

  constructor(private readonly socket: Duplex) {
    socket.on('drain', () => {
      this.isFull = false;
      const drained = [...this.waiting];
      this.waiting.clear();
      for (const channel of drained) channel.onBufferDrain();
    });
  }

  channel(channel: DrainedChannel): FrameSink {
    return {
      write: (frame) => {
        this.add(frame);
        if (this.isFull) this.waiting.add(channel);
        return !this.isFull;
      },
      end: () => void this.waiting.delete(channel),
    };
  }

  /** Channel 0, whose frames open and close the connection: at once, because amqplib ends the socket right after the last. */
  control(): FrameSink {
    return {
      write: (frame) => {
        this.add(frame);
        this.flush();
        return !this.isFull;
      },
      end: () => undefined,
    };
  }

  private add(frame: Buffer): void {
    if (this.bytes === 0) process.nextTick(this.flushSoon);
    this.frames.push(frame);
    this.bytes += frame.length;
    if (this.bytes >= MAX_BATCH_BYTES) this.flush();
  }

  private flush(): void {
    const { frames, bytes, socket } = this;
    if (bytes === 0) return;
    this.frames = [];
    this.bytes = 0;
    if (!socket.writable) return; // it ended within this turn, and the broker takes back what it has handed out
    socket.cork(); // what is written from here to the uncorking leaves in one system call
    for (const chunk of chunksOf(frames)) socket.write(chunk);
    socket.uncork();
    this.isFull = socket.writableLength > MAX_UNSENT_BYTES;
  }
}

/** Small frames side by side become one chunk, which costs less than a list of them; large ones are not copied. */
function chunksOf(frames: readonly Buffer[]): readonly Buffer[] {
  if (frames.length === 1) return frames;
  const chunks: Buffer[] = [];
  let small: Buffer[] = [];
  const join = (): void => {
    if (small.length > 0) chunks.push(Buffer.concat(small));
    small = [];
  };
  for (const frame of frames) {
    if (frame.length < SMALL_FRAME_BYTES) {
      small.push(frame);
    } else {
      join();
      chunks.push(frame);
    }
  }
  join();
  return chunks;
}
