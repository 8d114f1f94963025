import * as fc from 'fast-check';
import { streamPlan } from './streams';

const HOUR = 3_600_000;

describe('the plan of a stream', () => {
  it('says how much it keeps', () => {
    expect(streamPlan('warren.events', { maxAge: 24 * HOUR, maxBytes: 200_000_000 })).toEqual({
      name: 'warren.events',
      durable: true,
      arguments: {
        'x-queue-type': 'stream',
        'x-max-age': '86400s',
        'x-max-length-bytes': 200_000_000,
        'x-stream-max-segment-size-bytes': 25_000_000,
      },
    });
  });

  it('never asks for an age of nothing', () => {
    expect(streamPlan('s', { maxAge: 1, maxBytes: 1_000_000 }).arguments['x-max-age']).toBe('1s');
  });

  it('has segments that are small beside the whole, and neither tiny nor huge', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8_000_000, max: 1_000_000_000_000 }), (maxBytes) => {
        const segment = Number(
          streamPlan('s', { maxAge: HOUR, maxBytes }).arguments['x-stream-max-segment-size-bytes'],
        );
        expect(segment).toBeGreaterThanOrEqual(1_000_000);
        expect(segment).toBeLessThanOrEqual(Math.min(50_000_000, maxBytes / 8));
      }),
    );
  });
});
