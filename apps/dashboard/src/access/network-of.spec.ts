import * as fc from 'fast-check';
import { networkOf } from './network-of';

describe('who is one and the same, by an address,', () => {
  it.each([
    ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:0:0:203.0.113.7', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::7', '2001:db8:1:3::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['2001:0:0:1::', '2001:0:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('is of IPv6 the network of 64 bits: %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    '203.0.113.7',
    '::ffff:203.0.113.7',
    '::FFFF:cb00:7107',
    '0:0:0:0:0:ffff:203.0.113.7',
    '64:ff9b::203.0.113.7',
  ])('is of IPv4 the address, however it is written: %s', (address) => {
    expect(networkOf(address)).toBe('203.0.113.7');
  });

  it.each(['an unknown address', '', '203.0.113', ':::'])('is what is no address, as it is: %p', (address) => {
    expect(networkOf(address)).toBe(address);
  });

  it('stays so, whatever the lower half of an address is', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((bits) => bits.toString(16));
    const half = fc.tuple(group, group, group, group).map((groups) => groups.join(':'));
    const upper = half.filter((groups) => groups !== '0:0:0:0' && groups !== '64:ff9b:0:0');
    fc.assert(
      fc.property(upper, half, half, (network, one, other) => {
        expect(networkOf(`${network}:${one}`)).toBe(`${network}::/64`);
        expect(networkOf(`${network}:${other}`)).toBe(`${network}::/64`);
      }),
    );
  });

  it('is known of every address', () => {
    fc.assert(fc.property(fc.ipV6(), (address) => expect(networkOf(address)).toMatch(/^[\da-f:.]+(?:\/64)?$/)));
  });
});
