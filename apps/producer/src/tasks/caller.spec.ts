import { callerOf } from './caller';

describe('who asks over HTTP', () => {
  it.each([
    ['10.0.0.7', 'anna', 'http 10.0.0.7 (anna)'],
    ['10.0.0.7', undefined, 'http 10.0.0.7'],
    ['::ffff:10.0.0.7', 'anna', 'http 10.0.0.7 (anna)'],
    ['::1', undefined, 'http ::1'],
    [undefined, 'anna', 'http (anna)'],
    [undefined, undefined, 'http'],
  ])('from %s as %s is %s', (address, says, expected) => {
    expect(callerOf(address, says)).toBe(expected);
  });

  it('fits into an order, whatever the address', () => {
    expect(callerOf('f'.repeat(300), 'a'.repeat(140)).length).toBeLessThanOrEqual(200);
  });
});
