import { createHash } from 'node:crypto';
import { HashBurner } from './hash-burner';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

describe('burning processor time', () => {
  it.each([1, 3, 501])('hashes the hash: %i rounds', (rounds) => {
    let expected: string | Buffer = 'warren';
    for (let round = 0; round < rounds; round++) expected = sha256(expected);
    expect(new HashBurner().burn({ rounds, seed: 'warren' })).toBe(expected.toString('hex'));
  });
});
