import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** Milliseconds of hashing between two looks at the event loop: heartbeats, health and signals wait this long at most. */
const SLICE_MS = 20;

/** Rounds between two looks at the clock, which costs more than a round. */
const ROUNDS_PER_LOOK = 500;

/** Does the work of `cpu.burn`. */
export class HashBurner {
  /**
   * Hashes the seed, then the hash, and so on: SHA-256, `rounds` times.
   * @returns the last hash, in hexadecimal.
   * @throws an AbortError when the signal fires, after the slice that is running.
   */
  async burn(task: { readonly rounds: number; readonly seed: string }, signal: AbortSignal): Promise<string> {
    let digest: Buffer = Buffer.from(task.seed);
    let left = task.rounds;
    while (left > 0) {
      await setImmediate(undefined, { signal });
      const end = performance.now() + SLICE_MS;
      while (left > 0 && performance.now() < end) {
        const rounds = Math.min(left, ROUNDS_PER_LOOK);
        for (let round = 0; round < rounds; round++) digest = hash('sha256', digest, 'buffer');
        left -= rounds;
      }
    }
    return digest.toString('hex');
  }
}
