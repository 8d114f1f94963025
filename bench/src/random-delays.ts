import { createHash } from 'node:crypto';

/** The resolution of delays in milliseconds: what is asked for is rounded up to it. */
const RESOLUTION = 100;

/** Milliseconds from `min` to `max`, the same ones for the same seed: SHA-256 of the seed and a counter. */
export function randomDelays(seed: string, count: number, min: number, max: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const random = createHash('sha256').update(`${seed}/${index}`).digest().readUInt32BE(0) / 2 ** 32;
    return min + Math.floor(random * (max - min + 1));
  });
}

/** When a task that is added now with this delay is due. Milliseconds since 1970. */
export function dueAt(now: number, delay: number): number {
  return now + Math.ceil(delay / RESOLUTION) * RESOLUTION;
}
