import type { StoredMessage } from './stored-message';

/** What waits at one level of priority: what came back stands in front of what is new, where the queue keeps the two apart. */
interface Level {
  readonly priority: number;
  readonly returned: StoredMessage[];
  readonly waiting: StoredMessage[];
}

/**
 * What waits in a queue, the highest priority first. What comes back takes its old place in a classic queue; in a quorum queue it
 * stands behind what came back before, and in front of all else.
 */
export class ReadyMessages {
  private levels: Level[] = [];

  constructor(
    private readonly isQuorum: boolean,
    private readonly priorityOf: (message: StoredMessage) => number,
  ) {}

  get size(): number {
    return this.levels.reduce((size, { returned, waiting }) => size + returned.length + waiting.length, 0);
  }

  /** What would be handed out first. */
  get first(): StoredMessage | undefined {
    for (const { returned, waiting } of this.levels) {
      const first = returned[0] ?? waiting[0];
      if (first !== undefined) return first;
    }
    return undefined;
  }

  /** What stands first at each level: only there a message can expire. */
  get heads(): StoredMessage[] {
    return this.levels.flatMap(({ returned, waiting }) => returned[0] ?? waiting[0] ?? []);
  }

  add(message: StoredMessage): void {
    this.levelOf(message).waiting.push(message);
  }

  giveBack(message: StoredMessage): void {
    const { returned, waiting } = this.levelOf(message);
    if (this.isQuorum) {
      returned.push(message);
      return;
    }
    const place = waiting.findIndex((other) => other.place > message.place);
    waiting.splice(place < 0 ? waiting.length : place, 0, message);
  }

  remove(message: StoredMessage): void {
    const { returned, waiting } = this.levelOf(message);
    for (const line of [returned, waiting]) {
      const index = line.indexOf(message);
      if (index >= 0) line.splice(index, 1);
    }
  }

  /** All of it, as it would be handed out. */
  all(): StoredMessage[] {
    return this.levels.flatMap(({ returned, waiting }) => [...returned, ...waiting]);
  }

  clear(): void {
    this.levels = [];
  }

  private levelOf(message: StoredMessage): Level {
    const priority = this.priorityOf(message);
    const known = this.levels.find((level) => level.priority === priority);
    if (known !== undefined) return known;
    const level = { priority, returned: [], waiting: [] };
    this.levels = [...this.levels, level].sort((one, other) => other.priority - one.priority);
    return level;
  }
}
