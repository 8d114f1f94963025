import { hash } from 'node:crypto';

/** Does the work of `cpu.burn`. */
export class HashBurner {
  /**
   * Hashes the seed, then the hash, and so on: SHA-256, `rounds` times, in one go: nothing else runs in its thread meanwhile.
   * @returns the last hash, in hexadecimal.
   */
  burn({ rounds, seed }: { readonly rounds: number; readonly seed: string }): string {
    let digest: Buffer = Buffer.from(seed);
    for (let round = 0; round < rounds; round++) digest = hash('sha256', digest, 'buffer');
    return digest.toString('hex');
  }
}
