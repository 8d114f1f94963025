import { handlingFor } from './handling';
import type { Trial } from './trial';

const trial = (values: Partial<Trial>): Trial => ({
  kind: 'handle',
  broker: { amqp: 'amqp://nobody' },
  queue: 'q',
  queueType: 'quorum',
  count: 2,
  ...values,
});

describe('the handler of a contestant', () => {
  it('is done with the last task that counts, and not before', async () => {
    const { handle, done } = handlingFor(trial({ count: 2, warmUp: 3 }), () => undefined);
    let isDone = false;
    void done.then(() => (isDone = true));
    for (let task = 1; task <= 4; task += 1) {
      await handle({ text: '' });
      expect(isDone).toBe(false);
    }
    await handle({ text: '' });
    expect(await done).toMatchObject({ seconds: expect.any(Number), cpuSeconds: expect.any(Number) });
  });

  it('counts the latencies after the warm-up only', async () => {
    const { handle, done } = handlingFor(trial({ kind: 'handle-timed', count: 2, warmUp: 1 }), () => undefined);
    const now = performance.timeOrigin + performance.now();
    for (const at of [now - 1_000_000, now - 5_000, now - 5_000]) await handle({ at });
    const { latencies } = (await done) as { latencies: { min: number; max: number } };
    expect(latencies.min).toBeGreaterThanOrEqual(5_000);
    expect(latencies.max).toBeLessThan(500_000);
  });

  it('tells after each task of some length how many there were, and from when to when', async () => {
    const lines: Readonly<Record<string, unknown>>[] = [];
    const { handle, done } = handlingFor(trial({ kind: 'work', count: 3 }), (line) => lines.push(line));
    await handle({ milliseconds: 1, how: 'spin' });
    await handle({ milliseconds: 1, how: 'wait' });
    await handle({ milliseconds: 1, how: 'block' });
    expect(lines.map(({ progress }) => progress)).toEqual([1, 2, 3]);
    expect(new Set(lines.map(({ from }) => from)).size).toBe(1);
    const ends = lines.map(({ to }) => Number(to));
    expect(ends).toEqual(ends.toSorted((one, other) => one - other));
    expect(new Set(ends).size).toBe(3);
    expect(await done).toEqual({ seconds: expect.any(Number) });
  });
});
