import { addressOf } from './dashboard-request';

describe('the address of a request', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
    ['2001:db8::7', '2001:db8::7'],
  ])('is what the proxy or the socket names: %s', (ip, address) => {
    expect(addressOf({ ip })).toBe(address);
  });

  it.each([
    ['203.0.113.7:50123', '203.0.113.7'],
    ['[2001:db8::7]:50123', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
  ])('has no port, which is another for each connection: %s', (ip, address) => {
    expect(addressOf({ ip })).toBe(address);
  });

  it.each([undefined, '', 'unknown', '_hidden', '203.0.113', '[nobody]:1', 'x'.repeat(10_000), '\u009b2J'])(
    'is the same unknown one for all that name none: %p',
    (ip) => {
      expect(addressOf({ ip })).toBe('an unknown address');
    },
  );
});
