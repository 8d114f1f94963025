/** The same change of one subject is written so often while it flaps. */
const SHOWN = 3;

/** Milliseconds without a change after which a subject has come to rest. */
const CALM_MS = 5_000;

/** Writes a line. @param unshown changes before it that were not written */
export type WriteLine = (unshown: number) => void;

interface Unrest {
  readonly seen: Map<string, number>;
  /** The last change, while it is not written. */
  held: WriteLine | undefined;
  unshown: number;
  calm: NodeJS.Timeout;
}

/**
 * Keeps a link that goes up and down with every attempt from filling the log: a subject's first changes are written at
 * once, then none until it has come to rest, and then the state it is in. What happens seldom is always written at once.
 */
export class Flapping {
  private readonly subjects = new Map<string, Unrest>();

  /**
   * @param subject what changes: a connection, a consumer
   * @param change what it has become
   */
  tell(subject: string, change: string, write: WriteLine): void {
    const unrest = this.unrestOf(subject);
    const times = (unrest.seen.get(change) ?? 0) + 1;
    unrest.seen.set(change, times);
    unrest.calm.refresh();
    if (times <= SHOWN) {
      write(unrest.unshown);
      unrest.held = undefined;
      unrest.unshown = 0;
      return;
    }
    if (unrest.held !== undefined) unrest.unshown += 1;
    unrest.held = write;
  }

  private unrestOf(subject: string): Unrest {
    let unrest = this.subjects.get(subject);
    if (unrest === undefined) {
      const calm = setTimeout(() => this.rest(subject), CALM_MS).unref();
      unrest = { seen: new Map(), held: undefined, unshown: 0, calm };
      this.subjects.set(subject, unrest);
    }
    return unrest;
  }

  private rest(subject: string): void {
    const unrest = this.subjects.get(subject);
    this.subjects.delete(subject);
    unrest?.held?.(unrest.unshown);
  }
}
