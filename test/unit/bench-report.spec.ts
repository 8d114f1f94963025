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
      { label: 'quorum', value: 0.5, min: 0.4, max: 0.6 },
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
        showCase(voice, result);
        showGoals(voice, goals, { absent: { celery: 'no apt-get' }, unmeasured: { start: 'there was no time left' } });
        return lines;
      }`,
      [result, goals],
    )) as string[];
    const text = lines.join('');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/warren +6,173 +40 +0\.50 \(0\.40 to 0\.60\)/);
    expect(text).toContain('✖ nest (handle): ended before its time; see a.log');
    expect(text).toMatch(/handle, concurrency 1 +>= 0\.95 +quorum 0\.50, classic not run {2}not met/);
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
      unmeasured: {},
      goals,
      results: [result],
    };
    const markdown = await runModule(
      '../../bench/lib/markdown.mjs',
      '({ markdownOf }, report) => markdownOf({ runs: [report], whole: report, runOf: () => undefined })',
      report,
    );
    expect(markdown).toBe(
      [
        'Measured on 2026-03-01 by `npm run bench -- --quick` in 2 minutes: 2 × a processor; warren 0.1.0, node v20.20.2.',
        '',
        '- celery took no part: no apt-get',
        '',
        '#### Goals',
        '',
        '|                       |    goal |                     measured |         |',
        '| --------------------- | ------: | ---------------------------: | ------: |',
        '| handle, concurrency 1 | >= 0.95 | quorum 0.50, classic not run | not met |',
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
      ].join('\n'),
    );
  });
});
