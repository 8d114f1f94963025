import { setTimeout as delay } from 'node:timers/promises';
import { endedWithin } from '../ended-within';
import type { StreamPosition } from './stream-position';
import type { StreamReading } from './stream-reading';

/** Silence after which everything counts as read when nothing tells, and after which what is not handed out is held back. */
const SILENCE_MS = 1_000;

/** Silence after which the last messages have all come: the broker hands them out together. */
const LAST_MS = 50;

/** A mark that the broker has and does not hand out for so long: the position is one of a stream that is no more. */
const MARK_MS = 3_000;

/** The broker has so long to answer the question for the last message. */
const ANSWER_MS = 10_000;

/** Waits so many milliseconds, or until the signal fires. Never rejects. */
type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const patiently: Wait = (milliseconds, signal) =>
  delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);

/**
 * Looks on at one reading of a stream: whether it has come to the end of what was there, and from then on whether the broker still
 * hands out what is written. It may stop to without a word: a consumer whose node has lost its copy of the stream hangs, on an open channel
 * (https://github.com/rabbitmq/rabbitmq-server/issues/11915).
 */
export class StreamWatch {
  /** The last place that was read or seen: nothing up to it is to come any more. */
  private seen = -1;

  /** @param signal fires when the reading has ended: everything here resolves then */
  constructor(
    private readonly stream: string,
    private readonly reading: StreamReading,
    private readonly position: StreamPosition,
    private readonly signal: AbortSignal,
    private readonly wait: Wait = patiently,
  ) {}

  /**
   * Resolves when all that was there has been read: by a mark, by the place of the last message, or by silence. With `false`: the stream is
   * another one than that which was read before. Never rejects.
   */
  async reachesEnd(isMarked: boolean): Promise<boolean> {
    const { reading, position, signal } = this;
    if (!isMarked) await reading.lookForEnd(this.stream);
    while (!reading.isMarkRead && !signal.aborted) {
      const isAtEnd = reading.end !== undefined && position.reached >= reading.end;
      const patience = isMarked ? MARK_MS : isAtEnd ? LAST_MS : SILENCE_MS;
      const rest = patience - reading.silence;
      if (rest > 0) await this.wait(isMarked ? rest : Math.min(rest, LAST_MS), signal);
      else return !isMarked && position.reached <= (reading.end ?? Infinity);
    }
    return true;
  }

  /**
   * Has the broker asked for the last message whenever it has handed out nothing for so many milliseconds. Resolves with the reason when
   * nothing more is to be hoped for from this reading. Never rejects.
   */
  async fallsSilent(lookAfter: number): Promise<string | undefined> {
    const { reading, signal } = this;
    await endedWithin(reading.lookNoMore(), ANSWER_MS, signal);
    let rest = lookAfter;
    while (!signal.aborted) {
      await this.wait(rest, signal);
      rest = lookAfter - reading.silence;
      if (rest > 0 || signal.aborted) continue;
      const why = await this.lookForMore();
      if (why !== undefined) return why;
      rest = lookAfter;
    }
    return undefined;
  }

  /** Why it is to be read anew; `undefined` when all that there is has been handed out. */
  private async lookForMore(): Promise<string | undefined> {
    const { reading, position, signal } = this;
    this.seen = Math.max(this.seen, position.reached, reading.end ?? -1);
    await endedWithin(reading.lookForEnd(this.stream), ANSWER_MS, signal);
    if (!reading.isLooking) return 'the broker does not answer';
    await this.wait(SILENCE_MS, signal);
    await endedWithin(reading.lookNoMore(), ANSWER_MS, signal);
    const { end = -1 } = reading;
    while (end > this.seen && position.reached < end && !signal.aborted) {
      const rest = SILENCE_MS - reading.silence;
      if (rest <= 0) return 'the broker has messages that it does not hand out';
      await this.wait(rest, signal);
    }
    return undefined;
  }
}
