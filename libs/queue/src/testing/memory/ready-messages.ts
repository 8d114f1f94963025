import type { StoredMessage } from './stored-message';

/** What waits at one level of priority. */
interface Level {
  readonly priority: number;
  readonly waiting: StoredMessage[];
}

/**
 * What waits in a queue, the highest priority first. What comes back takes its old place in a classic queue; in a quorum queue it
 * stands behind what came back before, and in front of all else, whatever its priority.
 */
export class ReadyMessages {
  private levels: Level[] = [];
  /** Of a quorum queue. */
  private returned: StoredMessage[] = [];

  constructor(
    private readonly isQuorum: boolean,
    private readonly priorityOf: (message: StoredMessage) => number,
  ) {}

  get size(): number {
    return this.levels.reduce((size, { waiting }) => size + waiting.length, this.returned.length);
  }

  /** What would be handed out first. */
  get first(): StoredMessage | undefined {
    return this.heads[0];
  }

  /** What stands first at each level, or what has come back: only there a message can expire. */
  get heads(): StoredMessage[] {
    const [first] = this.returned;
    return first === undefined ? this.levels.flatMap(({ waiting }) => waiting[0] ?? []) : [first];
  }

  add(message: StoredMessage): void {
    this.levelOf(message).waiting.push(message);
  }

  giveBack(message: StoredMessage): void {
    if (this.isQuorum) {
      this.returned.push(message);
      return;
    }
    const { waiting } = this.levelOf(message);
    const place = waiting.findIndex((other) => other.place > message.place);
    waiting.splice(place < 0 ? waiting.length : place, 0, message);
  }

  remove(message: StoredMessage): void {
    for (const line of [this.returned, this.levelOf(message).waiting]) {
      const index = line.indexOf(message);
      if (index >= 0) line.splice(index, 1);
    }
  }

  /** All of it, as it would be handed out. */
  all(): StoredMessage[] {
    return [...this.returned, ...this.levels.flatMap(({ waiting }) => waiting)];
  }

  clear(): void {
    this.levels = [];
    this.returned = [];
  }

  private levelOf(message: StoredMessage): Level {
    const priority = this.priorityOf(message);
    const known = this.levels.find((level) => level.priority === priority);
    if (known !== undefined) return known;
    const level = { priority, waiting: [] };
    this.levels = [...this.levels, level].sort((one, other) => other.priority - one.priority);
    return level;
  }
}
