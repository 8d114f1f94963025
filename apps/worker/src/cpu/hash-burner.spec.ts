import { createHash } from 'node:crypto';
import { HashBurner } from './hash-burner';

const never = new AbortController().signal;
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

describe('burning processor time', () => {
  it.each([1, 3, 501])('hashes the hash: %i rounds', async (rounds) => {
    let expected: string | Buffer = 'warren';
    for (let round = 0; round < rounds; round++) expected = sha256(expected);
    expect(await new HashBurner().burn({ rounds, seed: 'warren' }, never)).toBe(expected.toString('hex'));
  });

  it('lets the event loop turn while it burns', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await new HashBurner().burn({ rounds: 200_000, seed: '' }, never).finally(() => clearInterval(timer));
    expect(turns).toBeGreaterThan(2);
  });

  it('stops soon after the signal fires', async () => {
    const stopping = new AbortController();
    const run = new HashBurner().burn({ rounds: 100_000_000, seed: '' }, stopping.signal);
    setImmediate(() => stopping.abort());
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
