const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ctrl-C reaches a whole process group, and a parent such as `nest start` passes it on as well: one wish, heard twice. */
const ECHO_MS = 500;

/** What is done when a process is told to stop, and when it is told not to wait any longer. `why` is for the log. */
export interface StopActions {
  readonly stop: (why: string) => void;
  readonly hurry: (why: string) => void;
}

/**
 * Who wants this process to end, and how soon. SIGTERM or SIGINT is the wish to stop, another one half a second later or more the
 * wish to hurry. A supervisor says which of the two it means. Each is carried out once, whoever repeats it.
 */
export class StopWishes {
  private stoppingSince: number | undefined;
  private isHurried = false;

  constructor(private readonly actions: StopActions) {}

  /** Takes the signals of this process for wishes from now on. */
  hearSignals(): void {
    for (const signal of SIGNALS) process.on(signal, () => this.hear(signal));
  }

  get isStopping(): boolean {
    return this.stoppingSince !== undefined;
  }

  stop(why: string): void {
    if (this.stoppingSince !== undefined) return;
    this.stoppingSince = performance.now();
    this.actions.stop(why);
  }

  hurry(why: string): void {
    this.stop(why);
    if (this.isHurried) return;
    this.isHurried = true;
    this.actions.hurry(why);
  }

  private hear(signal: string): void {
    if (this.stoppingSince === undefined) this.stop(signal);
    else if (performance.now() - this.stoppingSince > ECHO_MS) this.hurry(`${signal} again`);
  }
}
