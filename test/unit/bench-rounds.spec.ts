import { runModule } from '../support/run-module';

interface Line {
  readonly label: string;
  readonly figures: Record<string, number>;
  readonly ratio?: { readonly median: number; readonly min: number; readonly max: number };
  readonly rounds: readonly unknown[];
  readonly problem?: string;
  readonly gap?: string;
}

/** What comes out of a case with these rates, one for each round; a text is what a contestant fails with. */
interface Plan {
  readonly rates: Readonly<Record<string, readonly (number | string)[]>>;
  readonly rounds: number;
  readonly warmUp?: number;
  /** After so many measurements the time is over. */
  readonly overAfter?: number;
}

/** The lines of a case, and who was measured in which order. */
const run = (plan: Plan): Promise<{ lines: Line[]; order: string[] }> =>
  runModule(
    '../../bench/lib/rounds.mjs',
    `async ({ CaseRounds }, { rates, rounds, warmUp = 0, overAfter = Infinity }) => {
      const { Failure } = await import(new URL('../../scripts/lib/failure.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
      const entries = Object.keys(rates).map((label) => ({ label, contestant: { name: label }, trial: {} }));
      const order = [];
      const measuring = new CaseRounds({ name: 'n', title: 't', figure: 'rate', isMoreBetter: true, trial: { count: 1 } }, entries, {
        rounds, reference: 'amqplib', onProgress: () => {},
        isOver: () => order.length >= overAfter,
        measure: async ({ label }) => {
          const value = rates[label][order.filter((one) => one === label).length];
          order.push(label);
          if (typeof value === 'string') throw new Failure(value);
          return { rate: value };
        },
      });
      for (let round = -warmUp; round < rounds; round += 1) await measuring.run(round);
      return { lines: measuring.result.lines, order };
    }`,
    plan,
  ) as Promise<{ lines: Line[]; order: string[] }>;

/** What a function of the module makes of these arguments. */
const call = (name: string, ...args: unknown[]): Promise<unknown> =>
  runModule('../../bench/lib/rounds.mjs', `(module, args) => module.${name}(...args)`, args);

describe('the rounds of a case', () => {
  it('measure one after the other, and another one first each time', async () => {
    const { order } = await run({ rates: { amqplib: [1, 1], warren: [1, 1], nest: [1, 1] }, rounds: 2 });
    expect(order).toEqual(['amqplib', 'warren', 'nest', 'warren', 'nest', 'amqplib']);
  });

  it('give medians, and the ratios of what was measured in the same round', async () => {
    const { lines } = await run({ rates: { amqplib: [100, 200, 400], warren: [50, 300, 400] }, rounds: 3 });
    expect(lines).toMatchObject([
      { label: 'amqplib', figures: { rate: 200 } },
      { label: 'warren', figures: { rate: 300 }, ratio: { median: 1, min: 0.5, max: 1.5 } },
    ]);
    expect(lines[0]?.ratio).toBeUndefined();
  });

  it('do not count the warm-up', async () => {
    const { lines } = await run({ rates: { amqplib: [1, 100], warren: [1_000, 100] }, rounds: 1, warmUp: 1 });
    expect(lines.map(({ figures, rounds }) => [figures['rate'], rounds.length])).toEqual([
      [100, 1],
      [100, 1],
    ]);
  });

  it('go on without one that fails, and say why', async () => {
    const { lines, order } = await run({ rates: { amqplib: [1, 1], warren: ['it hangs'] }, rounds: 2 });
    expect(order).toEqual(['amqplib', 'warren', 'amqplib']);
    expect(lines).toMatchObject([{ figures: { rate: 1 } }, { figures: {}, rounds: [], problem: 'it hangs' }]);
  });

  it('do not blame one that did not come to its end in time', async () => {
    const { lines } = await run({ rates: { amqplib: [1], warren: ['no "done" in time'] }, rounds: 1, overAfter: 2 });
    expect(lines[1]).toMatchObject({ gap: 'there was no time left' });
    expect(lines[1]?.problem).toBeUndefined();
  });
});

describe('ratios', () => {
  it('are of rounds that both were in', async () => {
    const of = (...rates: number[]): { rate: number }[] => rates.map((rate) => ({ rate }));
    expect(await call('ratioOf', of(2, 4, 9), of(1, 1), 'rate')).toEqual({ median: 3, min: 2, max: 4 });
    expect(await call('ratioOf', of(), of(1), 'rate')).toBeNull();
  });
});

describe('the ideal of fair dispatch', () => {
  const ideal = (tasks: number[], slots: number): Promise<unknown> =>
    runModule('../../bench/lib/ideal.mjs', '({ idealMakespan }, args) => idealMakespan(...args)', [tasks, slots]);

  it.each([
    [[5, 5, 5, 5], 1, 20],
    [[5, 5, 5, 5], 2, 10],
    [[9, 1, 1, 1, 1], 2, 9],
    [[1, 1, 9], 2, 10],
    [[3], 4, 3],
  ])('hands out %j to %d slots in %d ms: each task to who is free first', async (tasks, slots, milliseconds) => {
    expect(await ideal(tasks, slots)).toBe(milliseconds);
  });
});

describe('tasks that are left in the queue when their worker has gone', () => {
  /** What is said when so many are left. */
  const said = (left: number, { name = 'nest', isRabbit = true } = {}): Promise<unknown> =>
    runModule(
      '../../bench/lib/measurements/handling.mjs',
      `({ assertNothingLeft }, [left, name, isRabbit]) => {
        const stage = { queues: { left: async () => left, purge: async () => {} } };
        const entry = { contestant: { name, isRabbit }, trial: { queue: 'q', concurrency: 16 } };
        return assertNothingLeft(stage, entry).catch(({ message }) => message);
      }`,
      [left, name, isRabbit],
    );

  it('are a failure when they are more than it may have had in its hand', async () => {
    expect(await said(17)).toBe('nest: 17 tasks are still in the queue, which were handled and not settled');
  });

  it('are not when their acknowledgements can have been on their way, nor where there is no such queue', async () => {
    expect(await said(16)).toBeNull();
    expect(await said(17, { isRabbit: false })).toBeNull();
  });

  it('are a failure of who stops politely', async () => {
    expect(await said(0, { name: 'warren' })).toBeNull();
    expect(await said(1, { name: 'warren' })).toMatch(/^warren: 1 tasks are still/);
  });
});

describe('half of the maximum', () => {
  it('is that of the middle one of three: a time in which the machine stands still does not count', async () => {
    const figures = await runModule(
      '../../bench/lib/measurements/latency.mjs',
      `async ({ latencyAtHalf }) => {
        let now = 0;
        performance.now = () => now;
        // The seconds of the three, and those of the round itself.
        const seconds = [2, 40, 4, 10];
        const program = {
          go: () => {},
          line: async () => ({ latencies: { p50: 1, p99: 2, p999: 3, max: 4 } }),
          run: async () => { now += seconds.shift() * 1_000; },
        };
        const known = new Map();
        const stage = {
          reference: { name: 'amqplib' },
          prepareQueue: async () => {},
          open: async () => program,
          release: async () => true,
          once: (key, measure) => known.get(key) ?? known.set(key, measure()).get(key),
          queues: {
            untilConsumed: async () => {}, untilEmpty: async () => {}, delete: async () => {}, left: async () => 0, purge: async () => {},
          },
        };
        const entry = { contestant: { name: 'warren' }, trial: { queue: 'q', queueType: 'quorum', concurrency: 16, count: 200, rate: 100 } };
        return { ...(await latencyAtHalf(stage, entry, { isQuick: true })), left: seconds };
      }`,
    );
    expect(figures).toEqual({ rate: 1_000, p50: 1, p99: 2, p999: 3, max: 4, left: [] });
  });
});

describe('how far a contestant is', () => {
  it('is what the furthest of its lines says, in whatever order they come', async () => {
    const lines = [
      { progress: 2, from: 10, to: 30 },
      { progress: 3, from: 10, to: 40 },
      { progress: 1, from: 10, to: 20 },
    ];
    const program = '({ furthest }, lines) => lines.reduce(furthest, undefined)';
    expect(await runModule('../../bench/lib/bench-program.mjs', program, lines)).toEqual({
      progress: 3,
      from: 10,
      to: 40,
    });
  });
});
