import { runModule } from '../support/run-module';

type Values = Readonly<Record<string, unknown>>;

/** A case with these rates of one round. */
const caseOf = (name: string, amqplib: number, warren: number): Values => ({
  name,
  title: `the case ${name}`,
  figure: 'rate',
  isMoreBetter: true,
  lines: Object.entries({ amqplib, warren }).map(([label, rate]) => ({
    label,
    contestant: label,
    figures: { rate },
    rounds: [{ rate }],
  })),
});

const versions = { warren: '0.1.0', commit: 'aaaaaaa', node: 'v20.20.2', broker: 'RabbitMQ 3.10.8', amqplib: '2.3.1' };

const reportOf = (values: Values): Values => ({
  date: '2026-03-01T10:20:30.000Z',
  seconds: 118,
  command: 'npm run bench -- --only handle-1',
  machine: '2 × a processor',
  versions,
  absent: {},
  unmeasured: {},
  goals: [],
  results: [],
  ...values,
});

/** These reports as tables, joined when they are several; a refusal's sentence is the error. */
const markdownOf = (reports: readonly Values[]): Promise<string> =>
  runModule(
    '../../bench/lib/joined-reports.mjs',
    `async ({ joinReports }, reports) => {
      const { markdownOf } = await import(new URL('../../bench/lib/markdown.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
      const files = ['a.json', 'b.json', 'c.json'];
      return markdownOf(joinReports(reports.map((report, index) => ({ file: files[index], report }))));
    }`,
    reports,
  ) as Promise<string>;

const first = reportOf({
  absent: { celery: 'no apt-get' },
  unmeasured: { 'add-256-200-quorum': 'the run was ended before it', start: 'the run was ended before it' },
  results: [caseOf('handle-1-classic', 100, 90), caseOf('handle-1-quorum', 100, 50)],
});

const second = reportOf({
  date: '2026-03-02T08:00:00.000Z',
  seconds: 61,
  command: 'npm run bench -- --only add,handle-1-quorum',
  versions: { ...versions, commit: 'bbbbbbb', celery: '5.2.6' },
  results: [caseOf('handle-1-quorum', 100, 97), caseOf('add-256-200-quorum', 100, 99)],
});

describe('reports of several runs', () => {
  let text: string;
  beforeAll(async () => (text = await markdownOf([first, second])));

  it('have one heading, which says when, from which commit and how each was made', () => {
    expect(text.split('\n\n').slice(0, 2)).toEqual([
      'Measured in 2 runs: 2 × a processor; warren 0.1.0, node v20.20.2, broker RabbitMQ 3.10.8, amqplib 2.3.1, celery 5.2.6.',
      [
        '- run 1: 2026-03-01 10:20 UTC, commit aaaaaaa, `npm run bench -- --only handle-1`, 2 minutes',
        '- run 2: 2026-03-02 08:00 UTC, commit bbbbbbb, `npm run bench -- --only add,handle-1-quorum`, a minute',
      ].join('\n'),
    ]);
  });

  it('have each case once, in the order of a whole run, with the run it is from: the last one that has it', () => {
    expect(text.match(/^\*\*.*/gm)).toEqual([
      '**The case add-256-200-quorum** (`add-256-200-quorum`, run 2)',
      '**The case handle-1-quorum** (`handle-1-quorum`, run 2)',
      '**The case handle-1-classic** (`handle-1-classic`, run 1)',
    ]);
    expect(text).toMatch(/\| warren +\| +97 \|/);
    expect(text).not.toMatch(/\| warren +\| +50 \|/);
  });

  it('are judged together, and say of each figure which run it is from', () => {
    expect(text).toMatch(
      /\| handle, concurrency 1 +\| >= 0\.95 \| +quorum 0\.97 \(run 2\), classic 0\.90 \(run 1\) \| +not met, a single round \|/,
    );
    expect(text).toMatch(
      /\| add, 256 outstanding, 200 B +\| >= 0\.95 \| +quorum 0\.99 \(run 2\), classic not run \| +met in part, a single round \|/,
    );
  });

  it('name what none of them has measured, and who was missing in which', () => {
    expect(text).toContain('- celery took no part: no apt-get (run 1)');
    expect(text).toContain('- start was not measured: the run was ended before it');
    expect(text).not.toContain('- add-256-200-quorum was not measured');
    expect(text).toContain('- contestants in none of these cases: amqplib-same-messages, nest, pika, bullmq-');
    expect(text).toMatch(/- cases that were not asked for: .*\bio-1, io-10\b/);
    expect(text).not.toMatch(/- cases that were not asked for: .*\bstart\b/);
  });

  it.each<[Values, string]>([
    [
      { machine: '8 × a processor' },
      'a.json and b.json are not of the same machine: 2 × a processor in one, 8 × a processor in the other',
    ],
    [
      { versions: { ...versions, broker: 'RabbitMQ 4.0.5' } },
      'not of the same broker: RabbitMQ 3.10.8 in one, RabbitMQ 4.0.5 in the other',
    ],
    [{ versions: { ...versions, amqplib: '2.4.0' } }, 'not of the same amqplib: 2.3.1 in one, 2.4.0 in the other'],
    [{ versions: { ...versions, node: 'v22.1.0' } }, 'not of the same node: v20.20.2 in one, v22.1.0 in the other'],
  ])('are not joined when they differ in %j', async (values, sentence) => {
    await expect(markdownOf([first, reportOf(values)])).rejects.toThrow(sentence);
  });

  it('name the lines that a later one takes from an earlier one without having them', async () => {
    const whole = caseOf('handle-1-quorum', 100, 50);
    const [without] = [
      { ...whole, lines: (whole['lines'] as { label: string }[]).filter(({ label }) => label === 'warren') },
    ];
    const lost = (...reports: Values[]): Promise<unknown> =>
      runModule(
        '../../bench/lib/joined-reports.mjs',
        `({ joinReports }, reports) => joinReports(reports.map((report, index) => ({ file: 'abc'[index] + '.json', report }))).lost`,
        reports,
      );
    const later = reportOf({ results: [without] });
    expect(await lost(first, second)).toEqual([]);
    expect(await lost(first, later)).toEqual([
      'handle-1-quorum: amqplib of a.json left out, because b.json has the case without',
    ]);
    expect(await lost(later, first)).toEqual([]);
    expect(await lost(first)).toEqual([]);
  });

  it('say below each case who was not in the run that it is from', () => {
    const below = (name: string): string => text.split(`(\`${name}\`, run `)[1]?.split('**')[0] ?? '';
    expect(below('handle-1-classic')).toMatch(/^- without celery: no apt-get$/m);
    expect(below('handle-1-quorum')).toMatch(/- without .*celery.*: no part of this run/);
  });

  it('are not joined when it is a later one that differs, in what the first did not have', async () => {
    const third = reportOf({ versions: { ...versions, celery: '5.4.0' } });
    await expect(markdownOf([first, second, third])).rejects.toThrow('b.json and c.json are not of the same celery');
  });
});

describe('reports that are kept', () => {
  it('are one file, which gives the same goals, and has each case of the run that counts', async () => {
    const [kept, before, after] = (await runModule(
      '../../bench/lib/joined-reports.mjs',
      `async ({ joinReports, readReports }, reports) => {
        const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
        const { join } = await import('node:path');
        const { tmpdir } = await import('node:os');
        const { goalsOf } = await import(new URL('../../bench/lib/markdown.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const { keptText } = await import(new URL('../../bench/lib/kept-report.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
        const folder = mkdtempSync(join(tmpdir(), 'warren-'));
        try {
          const joined = joinReports(reports.map((report) => ({ file: 'a.json', report })));
          const text = keptText(joined);
          writeFileSync(join(folder, 'kept.json'), text);
          const names = JSON.parse(text).runs.map(({ results }) => results.map(({ name }) => name));
          return [names, goalsOf(joined), goalsOf(readReports([join(folder, 'kept.json')]))];
        } finally {
          rmSync(folder, { recursive: true });
        }
      }`,
      [first, second],
    )) as [string[][], string, string];
    expect(kept).toEqual([['handle-1-classic'], ['handle-1-quorum', 'add-256-200-quorum']]);
    expect(after).toBe(before);
    expect(after.split('\n\n').at(-1)).toMatch(/^\| Goal +\| +Bound \| +Measured \| +Verdict \|\n/);
  });
});

describe('the report of one run', () => {
  it('does not say that it is from it', async () => {
    const text = await markdownOf([second]);
    expect(text).toMatch(/^Measured on 2026-03-02 by `npm run bench -- --only add,handle-1-quorum` in a minute:/);
    expect(text).toContain('(`handle-1-quorum`)');
  });

  it('is judged by the goals of today, whatever verdicts it holds', async () => {
    expect(await markdownOf([second])).toMatch(
      /\| handle, concurrency 1 +\| >= 0\.95 \| +quorum 0\.97, classic not run \|/,
    );
  });

  it('is refused with a sentence when it cannot be read', async () => {
    const read = runModule('../../bench/lib/joined-reports.mjs', '({ readReports }, files) => readReports(files)', [
      '/nobody/has/this.json',
    ]);
    await expect(read).rejects.toThrow('/nobody/has/this.json is no report: ENOENT');
  });
});
