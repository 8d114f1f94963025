import { runModule } from '../support/run-module';

const result = {
  name: 'handle-1-quorum',
  title: 'handle, concurrency 1',
  figure: 'rate',
  isMoreBetter: true,
  lines: [
    { label: 'amqplib', contestant: 'amqplib', figures: { rate: 12_345.6, cpu: 20 }, rounds: [{}] },
    {
      label: 'warren',
      contestant: 'warren',
      figures: { rate: 6_172.8, cpu: 40 },
      ratio: { median: 0.5, min: 0.4, max: 0.6 },
      rounds: [{}],
    },
    {
      label: 'nest',
      contestant: 'nest',
      figures: {},
      rounds: [],
      problem: 'nest (handle): ended before its time; see a.log',
    },
  ],
};

const goals = [
  {
    goal: { name: 'handle-1', text: 'handle, concurrency 1', atLeast: 0.95, figures: [] },
    measured: [
      { label: 'quorum', value: 0.5, min: 0.4, max: 0.6, rounds: 2 },
      { label: 'classic', missing: 'not run' },
    ],
    verdict: 'not met',
  },
];

describe('the report of a case', () => {
  it('has a row for each contestant, its figures, and the ratio with its range', async () => {
    const rows = await runModule('../../bench/lib/report.mjs', '({ tableOf }, result) => tableOf(result)', result);
    expect(rows).toEqual([
      ['', 'tasks/s', 'CPU µs/task', 'tasks/s : amqplib'],
      ['amqplib', '12,346', '20', '-'],
      ['warren', '6,173', '40', '0.50 (0.40 to 0.60)'],
      ['nest', '-', '-', '-'],
    ]);
  });

  it('says on the terminal what was measured and what went wrong, without colours where they are not wanted', async () => {
    const lines = (await runModule(
      '../../bench/lib/report.mjs',
      `async ({ showCase, showGoals }, [result, goals]) => {
        const { Voice } = await import(new URL('../../scripts/lib/say.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const lines = [];
        const voice = new Voice({ stream: { isTTY: false, write: (text) => lines.push(text) }, env: {} });
        showCase(voice, result, ['without pika: it is not here']);
        showGoals(voice, goals, { absent: { celery: 'no apt-get' }, unmeasured: { start: 'there was no time left' } });
        return lines;
      }`,
      [result, goals],
    )) as string[];
    const text = lines.join('');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/warren +6,173 +40 +0\.50 \(0\.40 to 0\.60\)/);
    expect(text).toContain('✖ nest (handle): ended before its time; see a.log');
    expect(text).toContain('      without pika: it is not here\n');
    expect(text).toMatch(
      /handle, concurrency 1 +>= 0\.95 +quorum 0\.50 \(0\.40 to 0\.60\), classic not run {2}not met, 2 rounds\n/,
    );
    expect(text).toContain('! celery took no part: no apt-get');
    expect(text).toContain('! start was not measured: there was no time left');
  });

  it('becomes the tables of bench/README.md', async () => {
    const report = {
      date: '2026-03-01T10:00:00.000Z',
      seconds: 118,
      command: 'npm run bench -- --quick',
      machine: '2 × a processor',
      versions: { warren: '0.1.0', node: 'v20.20.2' },
      absent: { celery: 'no apt-get' },
      unmeasured: { start: 'there was no time left' },
      goals,
      results: [result],
    };
    const markdown = await runModule(
      '../../bench/lib/markdown.mjs',
      '({ markdownOf }, report) => markdownOf({ runs: [report], whole: report, runOf: () => undefined })',
      report,
    );
    const [cases, ...rest] = withoutCases(markdown as string);
    expect(cases).toContain('add-1-200-quorum, add-1-200-classic, ');
    expect(cases).not.toContain('handle-1-quorum');
    expect(rest.join('\n')).toBe(
      [
        'Measured on 2026-03-01 by `npm run bench -- --quick` in 2 minutes: 2 × a processor; warren 0.1.0, node v20.20.2.',
        '',
        '- celery took no part: no apt-get',
        '- contestants in none of these cases: amqplib-same-messages, pika, bullmq-always, bullmq-everysec',
        '- start was not measured: there was no time left',
        '',
        '#### Goals',
        '',
        '| Goal                  |   Bound |                                    Measured |           Verdict |',
        '| --------------------- | ------: | ------------------------------------------: | ----------------: |',
        '| handle, concurrency 1 | >= 0.95 | quorum 0.50 (0.40 to 0.60), classic not run | not met, 2 rounds |',
        '',
        '#### All cases',
        '',
        '**Handle, concurrency 1** (`handle-1-quorum`)',
        '',
        '|         | tasks/s | CPU µs/task |   tasks/s : amqplib |',
        '| ------- | ------: | ----------: | ------------------: |',
        '| amqplib |  12,346 |          20 |                   - |',
        '| warren  |   6,173 |          40 | 0.50 (0.40 to 0.60) |',
        '| nest    |       - |           - |                   - |',
        '',
        '- nest (handle): ended before its time; see a.log',
        '- without amqplib-same-messages, pika, bullmq-always, bullmq-everysec: no part of this run',
        '- without celery: no apt-get',
      ].join('\n'),
    );
  });
});

/** The line that lists the cases nobody asked for, and the others. */
function withoutCases(markdown: string): string[] {
  const lines = markdown.split('\n');
  const isList = (line: string): boolean => line.startsWith('- cases that were not asked for: ');
  return [...lines.filter(isList), ...lines.filter((line) => !isList(line))];
}

describe('who is not in a case', () => {
  /** What is said below its table when these are its lines, in a run with these contestants. */
  const leftOut = (name: string, there: string[], present = there, absent = {}, wanted = present): Promise<unknown> =>
    runModule(
      '../../bench/lib/left-out.mjs',
      `({ leftOutOf }, [name, there, turnout]) =>
        leftOutOf({ name, lines: there.map((contestant) => ({ contestant })) }, turnout)`,
      [name, there, { present, wanted, absent }],
    );

  const RABBIT = ['amqplib', 'amqplib-same-messages', 'warren', 'nest', 'celery'];
  const REDIS = ['bullmq-always', 'bullmq-everysec'];
  const ALL = [...RABBIT, 'pika', ...REDIS];

  it('is nobody where everybody takes part', async () => {
    expect(await leftOut('handle-1-quorum', ALL)).toEqual([]);
  });

  it('is named with what keeps it from it in every run', async () => {
    expect(await leftOut('io-10', ['amqplib', 'warren', 'nest', 'celery', ...REDIS], ALL)).toEqual([
      'without amqplib-same-messages: messages make no difference here: it would be amqplib again',
      'without pika: its blocking client calls one handler after the other, and has no pool for tasks that wait or compute',
    ]);
    expect(await leftOut('delay', ['warren'], ALL)).toEqual([
      'without amqplib, amqplib-same-messages, nest, pika, celery, bullmq-always, bullmq-everysec: it asks whether a task starts too early, or how late, not who is first',
    ]);
  });

  it('is named with why it could not be had, and else with what the run was asked for', async () => {
    const absent = { celery: 'no apt-get' };
    expect(await leftOut('handle-1-quorum', ['amqplib', 'warren'], ['amqplib', 'warren', 'nest'], absent)).toEqual([
      'without amqplib-same-messages, pika, bullmq-always, bullmq-everysec: no part of this run',
      'without nest: a quick run measures those whom a goal is about',
      'without celery: no apt-get',
    ]);
  });

  it('is not said to be no part of a run that was asked for him, when none of its cases is for him', async () => {
    const wanted = ['amqplib', 'warren', 'celery'];
    expect(await leftOut('cpu-2', ['warren'], ['warren'], { celery: 'no apt-get' }, wanted)).toEqual([
      'without amqplib: a quick run measures those whom a goal is about',
      'without amqplib-same-messages: messages make no difference here: it would be amqplib again',
      'without nest, bullmq-always, bullmq-everysec: no part of this run',
      'without pika: its blocking client calls one handler after the other, and has no pool for tasks that wait or compute',
      'without celery: no apt-get',
    ]);
  });

  it('has a reason that is no accident of a run, in every case that is not for all', async () => {
    const unexplained = await runModule(
      '../../bench/lib/left-out.mjs',
      `async ({ leftOutOf }) => {
        const { allCases } = await import(new URL('../../bench/lib/cases.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const { contestants } = await import(new URL('../../bench/lib/contestants.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const { entriesOf } = await import(new URL('../../bench/lib/rounds.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const obtained = new Map(contestants.map((contestant) => [contestant.name, contestant]));
        return allCases(false).flatMap((benchCase) => {
          const lines = entriesOf(benchCase, obtained).map(({ contestant }) => ({ contestant: contestant.name }));
          return leftOutOf({ name: benchCase.name, lines }, { present: [], wanted: [], absent: {} })
            .filter((line) => line.endsWith('no part of this run'))
            .map((line) => benchCase.name + ' ' + line);
        });
      }`,
    );
    expect(unexplained).toEqual([]);
  });
});

describe('tasks at half of the maximum', () => {
  /** What is said below a case in which these had such a p50 in each round. */
  const overload = (name: string, p50: Record<string, number[]>): Promise<unknown> =>
    runModule('../../bench/lib/overload.mjs', `({ overloadOf }, [name, lines]) => overloadOf({ name, lines })`, [
      name,
      Object.entries(p50).map(([label, values]) => ({ label, rounds: values.map((value) => ({ p50: value })) })),
    ]);

  it('are said to have been an overload where the one whose maximum it is fell behind itself', async () => {
    const lines = { amqplib: [1.6, 15_570], warren: [2.2, 1.6], 'pika at half of its own': [101, 102] };
    expect(await overload('latency-half-quorum', lines)).toEqual([
      'amqplib itself fell behind in 1 of 2 rounds, p50 over 100 ms: the rate was not half of what it could do then, and the figures, also the ratios, are those of an overload',
      'pika at half of its own itself fell behind in 2 of 2 rounds, p50 over 100 ms: the rate was not half of what it could do then, and its figures are those of an overload',
    ]);
  });

  it('are not where another one did, nor where the rate is a given one', async () => {
    expect(await overload('latency-half-classic', { amqplib: [100, 1], warren: [900, 900] })).toEqual([]);
    expect(await overload('latency-100-quorum', { amqplib: [900] })).toEqual([]);
  });
});

describe('a report that is kept', () => {
  const report = {
    date: '2026-03-01T10:00:00.000Z',
    seconds: 118.75,
    command: 'npm run bench -- --json full.json',
    machine: '2 × a processor',
    versions: { node: 'v20.20.2' },
    absent: {},
    unmeasured: {},
    goals,
    results: [
      {
        name: 'memory',
        title: 'memory',
        count: 20_000,
        figure: 'highest',
        isMoreBetter: false,
        lines: ['warren', 'nest', 'amqplib'].map((label) => ({
          label,
          contestant: label,
          figures: { idle: 90.123456789, overIdle: null },
          ratio: { median: 1.000000001, min: 1, max: 2 },
          rounds: [{ idle: 90.123456789, highest: 1, overIdle: 1.25 }],
        })),
      },
    ],
  };

  it('has what the tables need: a line for each case, figures without further digits, rounds where a goal is about them', async () => {
    const text = (await runModule(
      '../../bench/lib/kept-report.mjs',
      '({ keptText }, report) => keptText({ runs: [report], runOf: () => undefined })',
      report,
    )) as string;
    const lines = [
      { label: 'warren', rounds: [{ idle: 90.1235, overIdle: 1.25 }] },
      { label: 'nest', rounds: [{ idle: 90.1235 }] },
      { label: 'amqplib', rounds: [] },
    ];
    expect(JSON.parse(text)).toEqual({
      ...report,
      seconds: 119,
      command: 'npm run bench',
      goals: undefined,
      results: [
        {
          ...report.results[0],
          lines: lines.map(({ label, rounds }) => ({
            label,
            contestant: label,
            figures: { idle: 90.1235, overIdle: null },
            ratio: { median: 1, min: 1, max: 2 },
            rounds,
          })),
        },
      ],
    });
    expect(text.split('\n').filter((line) => line.includes('"memory"'))).toHaveLength(1);
  });
});
