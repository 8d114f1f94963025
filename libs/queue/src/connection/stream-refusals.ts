import type { QueueEvents } from '../events';
import type { TopologyError } from '../errors';
import { ToldReasons } from './told-reasons';

const NOT_FOUND = 404;

/** Milliseconds after which a stream that was refused is asked for again: somebody may have granted what was missing. */
const ASK_AGAIN_MS = 30_000;

/** And sooner when it is not there for now, because its node is not. */
const ASK_SOON_MS = 2_000;

/** Asked so often, one after the other, it is not passing: the stream may be lost with its node. */
const MAX_MISSING = 5;

/**
 * A broker that ends the whole connection when it is asked for a stream (it knows none) must not be asked with every new
 * connection: tasks use it too. The first time is most likely chance, the next ones a broker that has just begun to boot.
 */
const PAUSES_AFTER_LOST_MS = [100, 1_000, 10_000];
/** A broker that has had the stream knows streams: so many connections that end one after the other are a bad link. */
const LOST_BY_THE_LINK = 20;
const ASK_AGAIN_AFTER_LOST_MS = 600_000;

/** Whether a stream is to be had, what speaks against it, and when to ask again. Tells each change once. */
export class StreamRefusals {
  /** Why it is not to be had, for people; `undefined` while it is, or nobody knows yet. */
  problem: string | undefined;
  /** It is likely to be there again soon, when its node is: what is to be written waits, and so does who reads. */
  isPassing = false;
  private askAgainAt = 0;
  private lost = 0;
  private wasAccepted = false;
  private missing = 0;
  private readonly toldReasons = new ToldReasons();
  private hasToldDifference = false;

  constructor(
    private readonly stream: string,
    private readonly use: 'writing' | 'reading',
    private readonly events: QueueEvents,
  ) {}

  get mayAskAgain(): boolean {
    return performance.now() >= this.askAgainAt;
  }

  /** Milliseconds until it may be asked for again. */
  get wait(): number {
    return Math.max(0, this.askAgainAt - performance.now());
  }

  refused(why: string, milliseconds = ASK_AGAIN_MS): void {
    this.problem = why;
    this.isPassing = false;
    this.askAgainAt = performance.now() + milliseconds;
    if (this.toldReasons.isNews(why)) {
      this.events.emit('stream.unavailable', { stream: this.stream, use: this.use, why });
    }
  }

  refusedBy({ code, message }: TopologyError): void {
    this.refused(message, code === NOT_FOUND ? ASK_SOON_MS : ASK_AGAIN_MS);
    this.missing = code === NOT_FOUND ? this.missing + 1 : 0;
    this.isPassing = this.missing > 0 && this.missing < MAX_MISSING;
  }

  /** The connection ended while the broker was asked for the stream. */
  connectionLost(why: string): void {
    this.lost += 1;
    const suspicious = this.lost - (this.wasAccepted ? LOST_BY_THE_LINK : 0);
    if (suspicious <= 0) return;
    const pause = PAUSES_AFTER_LOST_MS[suspicious - 1];
    if (pause !== undefined) {
      this.askAgainAt = performance.now() + pause;
      return;
    }
    this.refused(`the broker ended the connection when it was asked for the stream (${why})`, ASK_AGAIN_AFTER_LOST_MS);
  }

  /** It is to be had. `difference`: how it differs from what was asked for. */
  accepted(difference: string | undefined): void {
    const { stream, use } = this;
    if (this.problem !== undefined) this.events.emit('stream.available', { stream, use });
    this.problem = undefined;
    this.isPassing = false;
    this.wasAccepted = true;
    this.askAgainAt = 0;
    this.lost = 0;
    this.missing = 0;
    this.toldReasons.forget();
    if (difference === undefined || this.hasToldDifference) return;
    this.hasToldDifference = true;
    this.events.emit('stream.differs', { stream, why: difference });
  }
}
