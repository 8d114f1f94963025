/** How a test lets a held task end. */
export interface Hold {
  /** Its handler returns. */
  release(): void;
  /** Its handler throws. */
  fail(error: Error): void;
}

/** What handlers do in a test: they note each run and how many ran at once, and a task that is held waits for the test. */
export class SteeredWork {
  /** The tasks in the order in which their runs began; a task that ran twice stands here twice. */
  readonly runs: string[] = [];
  /** The most runs that were under way at once. */
  mostAtOnce = 0;
  private atOnce = 0;
  private readonly holds = new Map<string, Promise<void>>();

  /** The next run of this task does not end before it is told to. */
  hold(task: string): Hold {
    let hold: Hold | undefined;
    this.holds.set(
      task,
      new Promise((resolve, reject) => {
        hold = { release: resolve, fail: reject };
      }),
    );
    return hold as unknown as Hold;
  }

  async run(task: string): Promise<void> {
    this.runs.push(task);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    const held = this.holds.get(task);
    this.holds.delete(task);
    try {
      // A turn of the event loop even when nothing is held: runs that could overlap do.
      await (held ?? new Promise((resolve) => setImmediate(resolve)));
    } finally {
      this.atOnce -= 1;
    }
  }

  /** How often this task was begun. */
  runsOf(task: string): number {
    return this.runs.filter((run) => run === task).length;
  }
}
