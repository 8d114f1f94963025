import type { HeldQueue } from './memory-queue';
import type { Outlet } from './outlet';
import type { QueueDeclaration } from './queue-declaration';
import { refusal } from './refusal';
import { headersOf } from './stored-message';
import type { StoredMessage } from './stored-message';

/** A message with the second in which it was written, which is as precise as a reader can ask for. */
interface Entry {
  readonly message: StoredMessage;
  readonly second: number;
}

/** A log that many read, each from where it likes. It keeps everything: limits of age and size are taken and not carried out. */
export class MemoryStream implements HeldQueue {
  readonly owner = undefined;
  readonly unsettledCount = 0;
  private readonly entries: Entry[] = [];
  /** The place of the next message for each reader. */
  private readonly readers = new Map<Outlet, number>();

  constructor(
    readonly name: string,
    readonly declaration: QueueDeclaration,
    private readonly now: () => number,
  ) {}

  get readyCount(): number {
    return this.entries.length;
  }

  get consumerCount(): number {
    return this.readers.size;
  }

  get messages(): readonly StoredMessage[] {
    return this.entries.map(({ message }) => message);
  }

  publish(message: StoredMessage): boolean {
    this.entries.push({ message, second: Math.floor(this.now() / 1_000) });
    this.handOut();
    return true;
  }

  get(): never {
    throw refusal(540, `basic.get not supported by stream queues queue '${this.name}' in vhost '/'`);
  }

  purge(): never {
    throw refusal(540, `queue.purge not supported by stream queues queue '${this.name}' in vhost '/'`);
  }

  subscribe(outlet: Outlet, given: Readonly<Record<string, unknown>>): void {
    this.readers.set(outlet, this.placeOf(given['x-stream-offset'] ?? 'next'));
  }

  unsubscribe(outlet: Outlet): void {
    this.readers.delete(outlet);
  }

  handOut(): void {
    for (const [outlet, from] of this.readers) {
      let place = from;
      for (let entry = this.entries[place]; entry !== undefined && outlet.hasRoom; entry = this.entries[place]) {
        outlet.take(entry.message, { ...headersOf(entry.message), 'x-stream-offset': place });
        place += 1;
      }
      this.readers.set(outlet, place);
    }
  }

  settle(): void {
    // An acknowledgement only makes room for the next messages.
  }

  giveBack(): void {
    // What was read stays where it is.
  }

  refuse(): void {
    // And so does this.
  }

  end(): void {
    for (const outlet of this.readers.keys()) outlet.cancel();
    this.readers.clear();
  }

  private placeOf(offset: unknown): number {
    if (offset === 'first') return 0;
    if (offset === 'last') return Math.max(0, this.entries.length - 1);
    if (offset === 'next') return this.entries.length;
    if (typeof offset === 'number') return offset;
    const from = secondOf(offset);
    if (from === undefined) throw refusal(406, `invalid arg 'x-stream-offset' for queue '${this.name}' in vhost '/'`);
    const place = this.entries.findIndex(({ second }) => second >= from);
    return place < 0 ? this.entries.length : place;
  }
}

/** A timestamp, as amqplib gives it out. */
function secondOf(offset: unknown): number | undefined {
  if (typeof offset !== 'object' || offset === null || !('value' in offset)) return undefined;
  return typeof offset.value === 'number' ? offset.value : undefined;
}
