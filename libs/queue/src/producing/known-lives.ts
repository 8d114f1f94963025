/** Ids that are remembered; the oldest go first. */
const MAX_IDS = 10_000;

/**
 * Which life of an id this process has added last: the history may tell of the one before for a moment. Only ids of the caller's own have
 * more than one.
 */
export class KnownLives {
  private readonly lives = new Map<string, number>();

  /** @param life as `TaskHappened` has it */
  add(id: string, life: number): void {
    this.lives.delete(id);
    const [oldest] = this.lives.size >= MAX_IDS ? this.lives.keys() : [];
    if (oldest !== undefined) this.lives.delete(oldest);
    this.lives.set(id, life);
  }

  /** `undefined` when none was added here, or not lately. */
  of(id: string): number | undefined {
    return this.lives.get(id);
  }
}
