import { QueueEvents } from '@app/queue';
import type { QueueEventMap } from '@app/queue';
import { BrokerConnection } from '../../libs/queue/src/connection/broker-connection';
import { StreamReader } from '../../libs/queue/src/connection/stream-reader';
import type { StreamReaderOptions } from '../../libs/queue/src/connection/stream-reader';
import { StreamWriter } from '../../libs/queue/src/connection/stream-writer';
import type { StreamWriterLimits } from '../../libs/queue/src/connection/stream-writer';
import { streamPlan } from '../../libs/queue/src/topology/streams';
import type { closingAfterEach } from './closing';

/** Small limits, as a test needs them. */
export const TEST_STREAM = streamPlan('warren.test', { maxAge: 600_000, maxBytes: 8_000_000 });

type StreamEvent = 'stream.unavailable' | 'stream.available' | 'stream.differs';

/** A writer and readers of one stream in this process, each with a connection of its own, and what they say. */
export class StreamTest {
  readonly events = new QueueEvents();
  readonly said: string[] = [];
  /** What the readers have read, in order. */
  readonly read: string[] = [];
  readonly offsets: number[] = [];
  readonly writing: BrokerConnection;
  readonly writer: StreamWriter;

  constructor(
    private readonly open: ReturnType<typeof closingAfterEach>,
    private readonly url: string,
    limits?: StreamWriterLimits,
  ) {
    for (const name of ['stream.unavailable', 'stream.available', 'stream.differs'] as const) this.hear(name);
    this.writing = this.connect(url);
    this.writer = new StreamWriter(this.writing, TEST_STREAM, this.events, limits);
    this.writing.open();
  }

  /** Opens a reader with these options; `open()` of it is for the test to call. */
  reader(options: Partial<StreamReaderOptions> = {}, url = this.url): StreamReader {
    const reader = new StreamReader(
      this.connect(url),
      {
        stream: TEST_STREAM,
        from: 'first',
        retryDelay: 50,
        mark: (id) => this.writer.mark(id),
        onMessage: ({ offset, content }) => {
          this.offsets.push(offset);
          this.read.push(content.toString());
        },
        ...options,
      },
      this.events,
    );
    return this.open(reader);
  }

  /** Writes texts; the problem of each that was dropped. */
  async write(...texts: string[]): Promise<(string | undefined)[]> {
    return Promise.all(
      texts.map(
        (text) =>
          new Promise<string | undefined>((resolve) => {
            this.writer.write({ content: Buffer.from(text) }, resolve);
          }),
      ),
    );
  }

  private connect(url: string): BrokerConnection {
    const settings = { urls: [url], heartbeat: 30, connectTimeout: 5_000, reconnectDelay: 50 };
    return this.open(new BrokerConnection('browsing', settings, this.events));
  }

  private hear(name: StreamEvent): void {
    this.events.on(name, (event: QueueEventMap[StreamEvent]) => this.said.push(`${name}: ${sentenceOf(event)}`));
  }
}

function sentenceOf(event: QueueEventMap[StreamEvent]): string {
  return 'why' in event ? event.why : event.stream;
}
