import { textOf } from '../support/project-files';
import { runModule } from '../support/run-module';

interface Judged {
  readonly verdict: string;
  readonly bound: string;
  readonly measured: string;
  readonly text: string;
}

/** Rates of one round by contestant; `figure`: instead of the rate. */
const caseOf = (name: string, rounds: Record<string, Record<string, number>[]>, figure = 'rate'): object => ({
  name,
  title: name,
  count: 20_000,
  figure,
  isMoreBetter: true,
  lines: Object.entries(rounds).map(([label, own]) => ({
    label,
    contestant: label,
    figures: own[0] ?? {},
    rounds: own,
  })),
});

/** What becomes of a goal with these results. */
const judge = (goal: string, ...results: object[]): Promise<Judged> =>
  runModule(
    '../../bench/lib/goals.mjs',
    `({ goals, judge, boundOf, measuredText, verdictText }, [name, results]) => {
      const judged = judge(goals.find((goal) => goal.name === name), results);
      return { verdict: judged.verdict, bound: boundOf(judged.goal), measured: measuredText(judged), text: verdictText(judged) };
    }`,
    [goal, results],
  ) as Promise<Judged>;

const rate = (...values: number[]): { rate: number }[] => values.map((value) => ({ rate: value }));

describe('a goal', () => {
  it('is met when the median of the ratios reaches it on both types of queues', async () => {
    const quorum = caseOf('add-1-200-quorum', { amqplib: rate(100, 100, 100), warren: rate(95, 200, 10) });
    const classic = caseOf('add-1-200-classic', { amqplib: rate(100), warren: rate(120) });
    expect(await judge('add-1-200', quorum, classic)).toEqual({
      verdict: 'met',
      bound: '>= 0.95',
      measured: 'quorum 0.95 (0.10 to 2.00), classic 1.20',
      text: 'met, 1 to 3 rounds on both sides of the bound',
    });
  });

  it('is not met when one of them falls short', async () => {
    const quorum = caseOf('add-1-200-quorum', { amqplib: rate(100), warren: rate(94) });
    const classic = caseOf('add-1-200-classic', { amqplib: rate(100), warren: rate(120) });
    expect(await judge('add-1-200', quorum, classic)).toMatchObject({ verdict: 'not met' });
  });

  it('is met in part when not all of it was measured, and names what was not', async () => {
    const quorum = caseOf('handle-1-quorum', { amqplib: rate(100), warren: rate(100) });
    expect(await judge('handle-1', quorum)).toMatchObject({
      verdict: 'met in part',
      measured: 'quorum 1.00, classic not run',
    });
    expect(await judge('celery-1', quorum)).toMatchObject({
      verdict: 'not measured',
      measured: 'quorum celery was not measured, classic not run',
    });
    expect(await judge('handle-16', quorum)).toMatchObject({ verdict: 'not measured' });
  });

  it.each([
    ['met, 2 rounds', [100, 120], [96, 97]],
    ['met, 2 rounds on both sides of the bound', [90, 120], [96, 97]],
    ['not met, 2 rounds on both sides of the bound', [80, 100], [85, 96]],
    ['not met, 2 rounds', [80, 100], [85, 94]],
  ])(
    'is %s with ratios of %j and %j: rounds beyond its bound are told, and which ones',
    async (text, quorum, classic) => {
      const cases = [quorum, classic].map((rates, index) =>
        caseOf(`add-1-200-${['quorum', 'classic'][index]}`, { amqplib: rate(100, 100), warren: rate(...rates) }),
      );
      expect(await judge('add-1-200', ...cases)).toMatchObject({ text });
    },
  );

  it('says how many rounds its verdict stands on, and that it is a single one', async () => {
    const warren = (count: number): Record<string, number>[] => rate(...Array<number>(count).fill(9));
    const cases = [1, 3].map((count) =>
      caseOf('add-256-200-quorum', { warren: warren(count), 'bullmq-always': rate(1, 1) }),
    );
    const texts = await runModule(
      '../../bench/lib/goals.mjs',
      `({ goals, judge, verdictText }, lists) =>
        lists.map((results) => verdictText(judge(goals.find(({ name }) => name === 'bullmq'), results)))`,
      [[cases[0]], [cases[1]], []],
    );
    expect(texts).toEqual(['met, a single round', 'met, 2 rounds', 'not measured']);
  });

  it('may be an upper bound, and a figure that counts by itself', async () => {
    const late = caseOf('latency-100-quorum', { amqplib: [{ p99: 2 }], warren: [{ p99: 2.4 }] }, 'p99');
    expect(await judge('latency', late)).toMatchObject({ verdict: 'not met', bound: '<= 1.15' });
    const dispatch = caseOf('dispatch-2', { amqplib: [{ overIdeal: 1 }], warren: [{ overIdeal: 1.04 }] }, 'overIdeal');
    expect(await judge('dispatch', dispatch)).toMatchObject({
      verdict: 'met in part',
      measured: '2 workers 1.04, 4 workers not run',
    });
  });

  it('compares with whom it says, by the figure it says', async () => {
    const rounds = {
      warren: [{ idle: 90, highest: 100, overIdle: 1.11 }],
      nest: [{ idle: 100, highest: 0, overIdle: 9 }],
    };
    const memory = caseOf('memory', rounds, 'highest');
    expect(await judge('memory', memory)).toMatchObject({ verdict: 'met', measured: '20,000 tasks 1.11' });
    expect(await judge('memory-idle', memory)).toMatchObject({ verdict: 'met', measured: '0.90' });
  });

  it('shows the worker that listens for HTTP beside, where it was measured, and judges it by nothing', async () => {
    const warren = [{ milliseconds: 100 }, { milliseconds: 100 }];
    const others = { nest: [{ milliseconds: 100 }], 'warren with HTTP': [{ milliseconds: 130 }] };
    const start = (rounds: Record<string, Record<string, number>[]>): object => caseOf('start', rounds, 'milliseconds');
    const shown = { verdict: 'met', text: 'met, a single round' };
    expect(await judge('start', start({ warren, ...others }))).toMatchObject({
      ...shown,
      measured: '1.00, with HTTP 1.30',
    });
    expect(await judge('start', start({ warren, nest: others.nest }))).toMatchObject({ ...shown, measured: '1.00' });
    expect(await judge('start', start(others))).toMatchObject({
      verdict: 'not measured',
      measured: 'warren was not measured, with HTTP 1.30',
      text: 'not measured',
    });
  });

  it('asks of a backlog of a million what it asks of a fifth of it', async () => {
    const drained = (name: string): object => caseOf(name, { warren: [{ highest: 117, overIdle: 1.3 }] }, 'highest');
    const expected = { verdict: 'not met', bound: '<= 1.15' };
    expect(await judge('memory', drained('memory'))).toMatchObject(expected);
    expect(await judge('backlog', drained('backlog'))).toMatchObject({ ...expected, measured: '1.30' });
    expect(await judge('backlog', drained('memory'))).toMatchObject({ verdict: 'not measured', measured: 'not run' });
  });

  it('is not measured where a system does not tell', async () => {
    const cpu = caseOf('cpu-2', { warren: [{ rate: 90, ofWhatIsLeft: null as unknown as number }] });
    expect(await judge('cpu', cpu)).toMatchObject({ verdict: 'not measured' });
  });
});

describe('the goals', () => {
  it('are listed in bench/README.md with their bounds', async () => {
    const rows = (await runModule(
      '../../bench/lib/goals.mjs',
      '({ goals, boundOf }) => goals.map((goal) => [goal.text, boundOf(goal)])',
    )) as [string, string][];
    const listed = textOf('bench/README.md')
      .split('### The goals')[1]
      ?.split('### ')[0]
      ?.split('\n')
      .flatMap((line) => /^\| (.+?) +\| ([<>]= \d\.\d\d) \|$/.exec(line)?.slice(1, 3).join(': ') ?? []);
    expect(listed).toEqual(rows.map((row) => row.join(': ')));
  });

  it('are about lines of cases that there are', async () => {
    const [named, all] = (await runModule(
      '../../bench/lib/goals.mjs',
      `async ({ goals }) => {
        const { allCases } = await import(new URL('../../bench/lib/cases.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const figures = goals.flatMap(({ figures }) => figures);
        return [
          figures.flatMap(({ of, to, line = 'warren' }) => [line, to ?? line].map((label) => of + ': ' + label)),
          allCases(false).flatMap(({ name, participants }) => participants.map(({ contestant, label = contestant }) => name + ': ' + label)),
        ];
      }`,
    )) as [string[], string[]];
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((line) => !all.includes(line))).toEqual([]);
  });
});
