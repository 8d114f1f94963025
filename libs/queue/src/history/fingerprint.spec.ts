import { assert, property, string } from 'fast-check';
import { fingerprintOf } from './fingerprint';

describe('the fingerprint of an error', () => {
  it.each([
    ['numbers', 'Error: HTTP 503 after 2,310 ms', 'Error: HTTP 429 after 17 ms'],
    [
      'ids',
      'Error: no order 018f3a5e-7c1a-7d3e-9f00-0123456789ab',
      'Error: no order 118f3a5e-7c1a-7d3e-9f00-0123456789ac',
    ],
    ['digests', 'Error: bad object 9fceb02d0ae598e9', 'Error: bad object 1fceb02d0ae598e1'],
    ['quoted values', 'TemplateError: missing field "total"', 'TemplateError: missing field "a \'b\' c"'],
    ['paths', 'Error: ENOENT, open /srv/out/a.png', 'Error: ENOENT, open /srv/in/b/c.png'],
    ['addresses', 'Error: cannot reach https://a.example/x?y=1', 'Error: cannot reach http://b.example'],
    ['what follows on other lines', 'Error: bad\n  at a', 'Error: bad\n  at b'],
  ])('is the same whatever the %s', (_what, one, other) => {
    expect(fingerprintOf(one)).toBe(fingerprintOf(other));
  });

  it.each([
    ['Error: ENOSPC: no space left on device', 'Error: EACCES: permission denied'],
    ['TypeError: x is undefined', 'RangeError: x is undefined'],
    ['Error: deadbeef', 'Error: facade'],
  ])('tells %s from %s', (one, other) => {
    expect(fingerprintOf(one)).not.toBe(fingerprintOf(other));
  });

  it('is short and stays what it is, whatever the error', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 5_000 }), (error) => {
        expect(fingerprintOf(error).length).toBeLessThanOrEqual(300);
        expect(fingerprintOf(error)).toBe(fingerprintOf(error));
      }),
    );
    expect(fingerprintOf('x'.repeat(5_000))).toBe('x'.repeat(300));
  });
});
