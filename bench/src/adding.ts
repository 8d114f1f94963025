import { setTimeout as sleep } from 'node:timers/promises';
import type { Trial } from './trial';
import type { BenchPayload } from './payload';
import { dueAt, randomDelays } from './random-delays';
import { wallClock } from './stopwatch';

/** What a contestant's client does for a producer. Every add resolves when the broker has confirmed it. */
export interface Producer {
  /** Adds one; `delay` in milliseconds, where the client has delays. */
  add(payload: BenchPayload, delay?: number): Promise<unknown>;
  /** Adds as many as there are in one go. */
  addBulk(payloads: readonly BenchPayload[]): Promise<unknown>;
  /** Adds the same so often, with so many on their way at once, where the client has a leaner way than `add` again and again. */
  addMany?(payload: BenchPayload, count: number, outstanding: number): Promise<void>;
  close(): Promise<void>;
}

/** Tasks that a fill adds in one go. */
const CHUNK = 5_000;
/** Adds on their way at once of a producer without a rate. */
const OUTSTANDING = 256;

/** Adds the same payload `count` times with `outstanding` of them on their way at once. */
export async function addMany(
  producer: Producer,
  payload: BenchPayload,
  count: number,
  outstanding: number,
): Promise<void> {
  if (producer.addMany !== undefined) return producer.addMany(payload, count, outstanding);
  await inFlight(count, outstanding, () => producer.add(payload));
}

/** Puts all into the queue, as fast as it goes. */
export async function fill(producer: Producer, payloads: readonly BenchPayload[]): Promise<void> {
  for (let begin = 0; begin < payloads.length; begin += CHUNK) {
    await producer.addBulk(payloads.slice(begin, begin + CHUNK));
  }
}

/** Adds tasks that carry their moment, as fast as the broker confirms them: those of a warm-up. */
export async function addTimedAtOnce(producer: Producer, count: number): Promise<void> {
  await inFlight(count, OUTSTANDING, () => producer.add({ at: wallClock() }));
}

/** Adds tasks that carry their moment at an even pace, or without one as fast as the broker confirms them. */
export async function addTimed(producer: Producer, { count, rate = 0, delays }: Trial): Promise<void> {
  const waits = delays && randomDelays(delays.seed, count, delays.min, delays.max);
  const addOne = (index: number): Promise<unknown> => {
    const delay = waits?.[index];
    if (delay === undefined) return producer.add({ at: wallClock() });
    return producer.add({ at: dueAt(Date.now(), delay) }, delay);
  };
  if (rate === 0) return inFlight(count, OUTSTANDING, addOne);
  const startedAt = performance.now();
  const adds: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    while ((performance.now() - startedAt) * rate < index * 1_000) await sleep(1);
    adds.push(addOne(index));
  }
  await Promise.all(adds);
}

async function inFlight(
  count: number,
  outstanding: number,
  addOne: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await addOne(next++);
  };
  await Promise.all(Array.from({ length: outstanding }, lane));
}
