import { createHash } from 'node:crypto';

/** Numbers from 0 to 1, the same ones for the same seed: SHA-256 of the seed and a counter. */
export function randomNumbers(seed: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}/${count}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}
