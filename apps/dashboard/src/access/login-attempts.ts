import { setTimeout as delay } from 'node:timers/promises';
import { networkOf } from './network-of';

/** Failures of one name from one address, and of one address with any name, after which tries are slowed. */
const FREE_OF_NAME = 5;
const FREE_OF_ADDRESS = 100;

/** Milliseconds between two slowed tries: of one name from one address a second, then twice as long each time, up to this. */
const MAX_PAUSE_OF_NAME_MS = 10_000;
const PAUSE_MS = 1_000;

/** A try that would have to wait longer for those before it is not made. */
const MAX_WAIT_MS = 30_000;

/** Milliseconds after the last failure when all are forgotten. */
const WINDOW_MS = 15 * 60_000;

/** Names and addresses that are remembered: whoever invents many of them costs no memory. */
const MAX_KEYS = 2_000;

/** Checks of a password at once: each takes 32 MiB and a tenth of a second of a processor. Others wait, so many at most. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 100;

/** The tries of one name from one address, or of one address. Times by the process's clock. */
interface Lane {
  failures: number;
  /** When the next try may be made. */
  nextAt: number;
  /** When its failures are forgotten. */
  until: number;
}

/**
 * Bounds how fast passwords can be tried, and how many are checked at once. Nobody is locked out for a time: whose tries have failed waits before
 * the next one is looked at, and a right password is right then. So whoever shares an address with one who guesses gets in, a little later; by the
 * very name that is guessed when there is room among the tries that wait.
 */
export class LoginAttempts {
  private readonly lanes = new Map<string, Lane>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(
    private readonly clock: () => number = () => performance.now(),
    private readonly sleep: (milliseconds: number) => Promise<unknown> = (milliseconds) => delay(milliseconds),
  ) {}

  /**
   * Checks a password when its turn has come. A success forgets the failures of this name from this address. The addresses of one IPv6 network
   * are one ({@link networkOf}): who guesses has all of them.
   * @returns whether it is right; or, when so many wait already that it was not looked at, the seconds after which to try again
   */
  async attempt(address: string, name: string, check: () => Promise<boolean>): Promise<boolean | number> {
    const now = this.clock();
    const network = networkOf(address);
    const keyOfName = `${network}\n${name.slice(0, 64)}`;
    const ofName = this.lane(keyOfName, now);
    const ofAddress = this.lane(network, now);
    const startAt = Math.max(now, ofName.nextAt, ofAddress.nextAt);
    if (startAt - now > MAX_WAIT_MS) return Math.ceil((startAt - now - MAX_WAIT_MS) / 1_000);
    if (this.waiting.length >= MAX_WAITING) return 1;
    // Not before: tries that are not made cost whoever makes them nothing, and must not push out what is known of others.
    this.remember(keyOfName, ofName);
    this.remember(network, ofAddress);
    // Counted before the answer is known: tries that are made at once wait for each other as well.
    reserve(ofName, startAt, FREE_OF_NAME, MAX_PAUSE_OF_NAME_MS);
    reserve(ofAddress, startAt, FREE_OF_ADDRESS, PAUSE_MS);
    if (startAt > now) await this.sleep(startAt - now);
    const isRight = await this.inTurn(check);
    if (isRight) {
      ofName.failures = 0;
      ofName.nextAt = 0;
      ofAddress.failures -= 1; // only this one: others from there may have failed
    }
    return isRight;
  }

  private async inTurn(check: () => Promise<boolean>): Promise<boolean> {
    if (this.running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await check();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next(); // it takes this one's place
    }
  }

  private lane(key: string, now: number): Lane {
    const known = this.lanes.get(key);
    return known !== undefined && known.until > now ? known : { failures: 0, nextAt: 0, until: now };
  }

  private remember(key: string, lane: Lane): void {
    this.lanes.delete(key);
    this.lanes.set(key, lane); // the latest last
    const [oldest] = this.lanes.size > MAX_KEYS ? this.lanes.keys() : [];
    if (oldest !== undefined) this.lanes.delete(oldest);
  }
}

function reserve(lane: Lane, startAt: number, free: number, maxPause: number): void {
  lane.failures += 1;
  const over = lane.failures - free;
  lane.nextAt = over < 0 ? lane.nextAt : startAt + Math.min(maxPause, PAUSE_MS * 2 ** Math.min(over, 10));
  lane.until = startAt + WINDOW_MS;
}
