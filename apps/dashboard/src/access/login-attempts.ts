/** Failures of one name from one address, and of one address with any name, until it has to wait. */
const MAX_OF_NAME = 5;
const MAX_OF_ADDRESS = 100;

/** Milliseconds after which failures are forgotten. */
const WINDOW_MS = 15 * 60_000;

/** Names and addresses that are remembered: whoever invents many of them costs no memory. */
const MAX_KEYS = 2_000;

/** Checks of a password at once: each takes 32 MiB and a tenth of a second of a processor. */
const MAX_AT_ONCE = 2;

interface Failures {
  count: number;
  readonly until: number;
}

/** Bounds how often somebody may try to log in, and how many passwords are checked at once. */
export class LoginAttempts {
  private readonly failures = new Map<string, Failures>();
  private running = 0;

  /** Seconds to wait until the next try; 0 when it may be made now. */
  secondsToWait(address: string, name: string, now: number): number {
    const waits = this.keysOf(address, name).map(({ key, max }) => {
      const known = this.failures.get(key);
      return known === undefined || known.count < max || known.until <= now ? 0 : known.until - now;
    });
    return Math.ceil(Math.max(...waits) / 1_000);
  }

  /**
   * Checks a password, and counts a failure; a success forgets the failures of this name from this address.
   * @returns `undefined` when too many are being checked already
   */
  async attempt(
    address: string,
    name: string,
    now: number,
    check: () => Promise<boolean>,
  ): Promise<boolean | undefined> {
    if (this.running >= MAX_AT_ONCE) return undefined;
    this.running += 1;
    const keys = this.keysOf(address, name);
    // Counted before the answer is known: tries that are made at once are bounded as well.
    for (const { key } of keys) this.count(key, now);
    try {
      const isRight = await check();
      if (isRight) for (const { key } of keys) this.forgive(key);
      return isRight;
    } finally {
      this.running -= 1;
    }
  }

  private keysOf(address: string, name: string): { key: string; max: number }[] {
    return [
      { key: `${address}\n${name.slice(0, 64)}`, max: MAX_OF_NAME },
      { key: address, max: MAX_OF_ADDRESS },
    ];
  }

  private count(key: string, now: number): void {
    const known = this.failures.get(key);
    if (known !== undefined && known.until > now) {
      known.count += 1;
      return;
    }
    this.failures.delete(key);
    if (this.failures.size >= MAX_KEYS) {
      const [oldest] = this.failures.keys();
      if (oldest !== undefined) this.failures.delete(oldest);
    }
    this.failures.set(key, { count: 1, until: now + WINDOW_MS });
  }

  /** Of the address only this one try: others from there may have failed. */
  private forgive(key: string): void {
    const known = this.failures.get(key);
    if (known === undefined) return;
    if (key.includes('\n')) this.failures.delete(key);
    else known.count -= 1;
  }
}
