import type { StreamMessage } from '../connection/stream-reader';
import type { LifecycleRecord } from '../history/lifecycle-record';
import { readRecords } from '../history/record-reader';
import { RECORDS } from '../history/recorder';
import type { OpenReader } from '../history/task-history';

/** Takes some records, in the order in which they were told, and is waited for before it is given the next. */
export type TakeRecords = (records: readonly LifecycleRecord[]) => Promise<void>;

/**
 * What was recorded, from some time on, handed over as it is read and no faster than it is taken. Nothing is remembered: a week of it
 * takes no more memory than an hour. Opened by `QueueOperations.feed`, and closed with it.
 */
export class RecordFeed {
  private readonly opened: ReturnType<OpenReader>;
  private taken: Promise<void> = Promise.resolve();

  constructor(
    openReader: OpenReader,
    private readonly take: TakeRecords,
  ) {
    this.opened = openReader((message) => this.read(message));
  }

  /** Why nothing is read, for people; `undefined` while it is. */
  get problem(): string | undefined {
    return this.opened.reader.problem;
  }

  /**
   * Begins to read. Resolves when everything that was there has been taken, or when it is known that it cannot be: `problem` says why.
   * Waits as long as there is no connection. What `take` throws ends nothing; it is a warning of the process. Never rejects.
   */
  async open(): Promise<void> {
    await this.opened.reader.open();
    await this.taken;
  }

  /** Reads no more, and closes its connection. May be called twice. Never rejects. */
  async close(): Promise<void> {
    await this.opened.close();
  }

  private read({ type, content }: StreamMessage): Promise<void> | undefined {
    if (type !== RECORDS) return undefined;
    const take = async (): Promise<void> => this.take([...readRecords(content)]);
    const taking = this.taken.then(take);
    this.taken = taking.catch(() => undefined);
    return taking;
  }
}

/** A record has the time of who wrote it; a stream is begun at the time of the broker, which got it later. */
const CLOCKS_DIFFER_MS = 60_000;

/** Where in the stream a reading begins that shall have all since then, in milliseconds since 1970. */
export function shortlyBefore(since: number): Date {
  return new Date(Math.max(0, since - CLOCKS_DIFFER_MS));
}
