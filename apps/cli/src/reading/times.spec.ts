import * as fc from 'fast-check';
import { parseDuration, parseSince } from './times';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('--since', () => {
  it.each([
    ['90s', '2026-11-21T11:58:30.000Z'],
    ['15m', '2026-11-21T11:45:00.000Z'],
    ['2h', '2026-11-21T10:00:00.000Z'],
    ['7d', '2026-11-14T12:00:00.000Z'],
    ['1.5w', '2026-11-11T00:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2026-11-20T08:30Z', '2026-11-20T08:30:00.000Z'],
    ['2026-11-20T08:30:15.5+02:00', '2026-11-20T06:30:15.500Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(new Date(parseSince(text, NOW) ?? NaN).toISOString()).toBe(time);
  });

  it.each(['', '7', 'd', '-1d', '1y', '7 d', 'yesterday', '2026-13-01', '2026-02-30', '2026-1-1', '20261121', '1e3s'])(
    'does not take %p',
    (text) => {
      expect(parseSince(text, NOW)).toBeUndefined();
    },
  );

  it('takes every ISO time as what it is, and nothing as no number', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(parseSince(date.toISOString(), NOW)).toBe(date.valueOf());
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseSince(text, NOW)).not.toBeNaN();
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['0s', 0],
    ['2d', 172_800_000],
    ['0.0004s', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '10', 's', '-1s', '1 s', '1y', '1e3s', '10sec'])('is not %p', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
