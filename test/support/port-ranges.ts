/** Below the range from which systems take the ports of outgoing connections (Linux: 32768 on), so that nobody is given one by chance. */
const FIRST = 21_000;
const RANGES = 20;
const SIZE = 500;

/**
 * The ports that one of the programs that run tests side by side may take, first and last. A broker that was killed needs its own port again,
 * so nobody else is to look for one there meanwhile; not even another listener of the same test. The suite's own broker takes one below (suite-broker.mjs).
 */
export function portRange(of: 'brokers' | 'listeners'): readonly [first: number, last: number] {
  const program = Number(process.env['JEST_WORKER_ID'] ?? 0) % (RANGES / 2);
  const first = FIRST + SIZE * (2 * program + (of === 'brokers' ? 0 : 1));
  return [first, first + SIZE - 1];
}
