import { endedWithin } from './ended-within';

const never = new Promise(() => undefined);

/** What has been called by the end of this turn. */
async function endsNow(waiting: Promise<void>): Promise<boolean> {
  let hasEnded = false;
  void waiting.then(() => (hasEnded = true));
  await new Promise((resolve) => setImmediate(resolve));
  return hasEnded;
}

describe('waiting for an end', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] }));
  afterEach(() => jest.useRealTimers());

  it.each([
    ['resolves', Promise.resolve('value')],
    ['rejects', Promise.reject(new Error('no'))],
  ])('is over when what is waited for %s', async (_how, work) => {
    expect(await endsNow(endedWithin(work, 1_000))).toBe(true);
    expect(jest.getTimerCount()).toBe(0); // a timer that is left would keep the process
  });

  it('is over when the time is', async () => {
    const waiting = endedWithin(never, 1_000);
    jest.advanceTimersByTime(999);
    expect(await endsNow(waiting)).toBe(false);
    jest.advanceTimersByTime(1);
    expect(await endsNow(waiting)).toBe(true);
  });

  it.each([2 ** 31, Infinity])(
    'is not over at once when the time is longer than timers run: %s',
    async (milliseconds) => {
      const stop = new AbortController();
      const waiting = endedWithin(never, milliseconds, stop.signal);
      jest.advanceTimersByTime(60_000);
      expect(await endsNow(waiting)).toBe(false);
      stop.abort();
    },
  );

  it('is over sooner when that is asked for, before or meanwhile', async () => {
    const stop = new AbortController();
    const waiting = endedWithin(never, 1_000, stop.signal);
    expect(await endsNow(waiting)).toBe(false);
    stop.abort();
    expect(await endsNow(waiting)).toBe(true);
    expect(await endsNow(endedWithin(never, 1_000, stop.signal))).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});
