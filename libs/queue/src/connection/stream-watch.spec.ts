import type { Channel, ConsumeMessage } from './amqp';
import { StreamPosition } from './stream-position';
import type { StreamOffset } from './stream-position';
import { StreamReading } from './stream-reading';
import { StreamWatch } from './stream-watch';

const LOOK_AFTER = 30_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const messageAt = (offset: number): ConsumeMessage =>
  ({ properties: { headers: { 'x-stream-offset': offset } } }) as unknown as ConsumeMessage;

interface Given {
  readonly from?: StreamOffset;
  /** The last place in the stream when it is asked for it the first time, the second time and so on; the reading ends after the last. */
  readonly last: readonly (number | undefined)[];
  /** What happens while it waits, with how often it has asked. */
  readonly meanwhile?: (asked: number) => void;
}

/** A reading of a stream that hands out nothing by itself; waiting takes no time. */
function watched({ from = 'first', last, meanwhile = () => undefined }: Given) {
  const ended = new AbortController();
  const position = new StreamPosition(from);
  const seen = { asked: 0, cancelled: 0 };
  const channel = {
    ack: () => undefined,
    cancel: () => {
      seen.cancelled += 1;
      return Promise.resolve();
    },
    consume: (_stream: string, onMessage: (message: ConsumeMessage) => void) => {
      const offset = last[seen.asked];
      seen.asked += 1;
      if (seen.asked >= last.length) ended.abort();
      if (offset !== undefined) onMessage(messageAt(offset));
      return Promise.resolve({ consumerTag: `look ${seen.asked}` });
    },
  } as unknown as Channel;
  const reading = new StreamReading(channel);
  const wait = (milliseconds: number): Promise<void> => {
    jest.advanceTimersByTime(milliseconds);
    meanwhile(seen.asked);
    return Promise.resolve();
  };
  return { watch: new StreamWatch('warren.test', reading, position, ended.signal, wait), position, reading, seen };
}

const HELD_BACK = 'the broker has messages that it does not hand out';

describe('a reading that falls silent', () => {
  it('is asked for the last message again and again, and goes on while it has been handed out', async () => {
    const { watch, position, seen } = watched({ last: [7, 7, undefined, 7] });
    position.reach(7);
    expect(await watch.fallsSilent(LOOK_AFTER)).toBeUndefined();
    expect(seen).toEqual({ asked: 4, cancelled: 4 });
    expect(performance.now()).toBeGreaterThanOrEqual(4 * LOOK_AFTER);
  });

  it('ends when the broker has one that it has not handed out', async () => {
    const { watch, position, seen } = watched({ last: [7, 9, 9, 9] });
    position.reach(7);
    expect(await watch.fallsSilent(LOOK_AFTER)).toBe(HELD_BACK);
    expect(seen).toEqual({ asked: 2, cancelled: 2 });
  });

  it('goes on when what was written last comes a moment later, one after the other', async () => {
    const place = { next: 8 };
    const late = (asked: number): void => {
      if (asked !== 2 || place.next > 9) return;
      position.reach(place.next);
      reading.handedOut(messageAt(place.next), undefined);
      place.next += 1;
    };
    const { watch, reading, position, seen } = watched({ last: [7, 9, 9], meanwhile: late });
    position.reach(7);
    expect(await watch.fallsSilent(LOOK_AFTER)).toBeUndefined();
    expect(seen.asked).toBe(3);
  });

  it('is not asked while messages come', async () => {
    let left = 10;
    const meanwhile = (): void => {
      left -= 1;
      if (left > 0) reading.handedOut(messageAt(7), undefined);
    };
    const { watch, reading, position } = watched({ last: [7], meanwhile });
    position.reach(7);
    expect(await watch.fallsSilent(LOOK_AFTER)).toBeUndefined();
    expect(left).toBeLessThanOrEqual(0);
  });

  it('that began behind what was there does not wait for that, and for what is new', async () => {
    const { watch, seen } = watched({ from: 'next', last: [5, 5, 5, 6, 6] });
    expect(await watch.reachesEnd(false)).toBe(true);
    expect(await watch.fallsSilent(LOOK_AFTER)).toBe(HELD_BACK);
    expect(seen.asked).toBe(4);
  });

  it('ends when the broker does not answer', async () => {
    const channel = { consume: () => new Promise(() => undefined) } as unknown as Channel;
    const { signal } = new AbortController();
    const wait = (milliseconds: number): Promise<void> => {
      jest.advanceTimersByTime(milliseconds);
      return Promise.resolve();
    };
    const watch = new StreamWatch('warren.test', new StreamReading(channel), new StreamPosition('first'), signal, wait);
    const end = watch.fallsSilent(LOOK_AFTER);
    await jest.advanceTimersByTimeAsync(LOOK_AFTER);
    expect(await end).toBe('the broker does not answer');
  });
});
