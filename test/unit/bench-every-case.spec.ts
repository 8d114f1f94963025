import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runModule } from '../support/run-module';

interface Told {
  readonly results: readonly string[];
  readonly unmeasured: Readonly<Record<string, string>>;
}

interface Outcome {
  /** What was known after each case. */
  readonly told: readonly Told[];
  /** What was known in the end; of a run that was stopped nothing. */
  readonly end?: Told;
  readonly stoppedBy?: string;
  readonly problems: Readonly<Record<string, string>>;
}

/** Three cases of one contestant each, of which `failing` fails, and in which the wish to stop comes with `stopping`. */
const run = (plan: { failing?: string; stopping?: string; overAfter?: number }): Promise<Outcome> =>
  runModule(
    '../../bench/lib/every-case.mjs',
    `async ({ measureCases }, { failing, stopping, overAfter = Infinity }) => {
      const { Failure } = await import(new URL('../../scripts/lib/failure.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
      const cases = ['a', 'b', 'c'].map((name) => ({
        name, title: name, figure: 'rate', kinds: ['add'], participants: [{ contestant: 'amqplib' }], trial: {},
      }));
      const brief = ({ results, unmeasured }) => ({ results: results.map(({ name }) => name), unmeasured });
      const told = [];
      const problems = {};
      const measuring = measureCases(cases, {
        obtained: new Map([['amqplib', { name: 'amqplib', kinds: ['add'] }]]),
        counts: { rounds: 1, warmUp: 0 },
        isOver: () => told.length >= overAfter,
        measure: async ({ name }) => {
          if (name === failing) throw new Failure(name + ' is broken');
          if (name === stopping) throw new Error('stopped');
          return { rate: 1 };
        },
        tidy: async () => {},
        onProgress: () => {},
        onResult: ({ name, lines }, measured) => {
          told.push(brief(measured));
          if (lines[0].problem) problems[name] = lines[0].problem;
        },
      });
      return measuring.then(
        (end) => ({ told, end: brief(end), problems }),
        (error) => ({ told, stoppedBy: error.message, problems }),
      );
    }`,
    plan,
  ) as Promise<Outcome>;

const LATER = 'the run was ended before it';

describe('the cases of a run', () => {
  it('are told of after each one, with those that are still to come', async () => {
    const { told, end } = await run({});
    expect(told).toEqual([
      { results: ['a'], unmeasured: { b: LATER, c: LATER } },
      { results: ['a', 'b'], unmeasured: { c: LATER } },
      { results: ['a', 'b', 'c'], unmeasured: {} },
    ]);
    expect(end).toEqual(told.at(-1));
  });

  it('go on after one that fails, which is named', async () => {
    const { end, problems } = await run({ failing: 'b' });
    expect(end).toEqual({ results: ['a', 'b', 'c'], unmeasured: {} });
    expect(problems).toEqual({ b: 'b is broken' });
  });

  it('end with the wish to stop, and what was told before is all there is', async () => {
    const { told, end, stoppedBy } = await run({ stopping: 'b' });
    expect(told).toEqual([{ results: ['a'], unmeasured: { b: LATER, c: LATER } }]);
    expect([end, stoppedBy]).toEqual([undefined, 'stopped']);
  });

  it('are left out when there is no time', async () => {
    const { end } = await run({ overAfter: 2 });
    expect(end).toEqual({ results: ['a', 'b'], unmeasured: { c: 'there was no time left' } });
  });
});

describe('one round of one contestant', () => {
  /** What it fails with when the measuring throws this, and what happened besides. */
  const failed = (code: string, isStopped = false): Promise<unknown> =>
    runModule(
      '../../bench/lib/comparison.mjs',
      `async ({ measureOnce }, isStopped) => {
        const signal = isStopped ? AbortSignal.abort(new Error('stopped')) : new AbortController().signal;
        const said = [];
        const stage = { signal, reset: async () => said.push('programs ended') };
        const voice = { warn: (text) => said.push(text.split('\\n')[0]) };
        const measuring = measureOnce(voice, stage, { name: 'a', measure: async () => { ${code} } }, { label: 'nest' }, false);
        return measuring.catch((error) => ({ error: error.constructor.name + ': ' + error.message, said }));
      }`,
      isStopped,
    );

  it('that fails in a way that nobody has thought of is a failure of that one', async () => {
    expect(await failed('null.x')).toEqual({
      error: expect.stringMatching(/^Failure: nest: Cannot read properties of null/),
      said: ['programs ended', expect.stringMatching(/^a: TypeError: Cannot read properties of null/)],
    });
  });

  it('is no failure when it is stopped', async () => {
    expect(await failed('throw new Error("cut off")', true)).toEqual({
      error: 'Error: stopped',
      said: ['programs ended'],
    });
  });
});

describe('waiting for a queue', () => {
  it('ends when its time is over, with what is in the queue', async () => {
    const waiting = runModule(
      '../../bench/lib/queues.mjs',
      `({ Queues }) => {
        const queues = new Queues('amqp://nobody');
        queues.look = async () => ({ messages: 3, consumers: 0 });
        return queues.untilConsumed('q', 1, { timeout: 1, signal: new AbortController().signal });
      }`,
    );
    await expect(waiting).rejects.toThrow('q still has 0 consumers and 3 messages after 1 ms');
  });
});

describe('the file of a report', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'warren-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const inFile = (path: string, code: string): Promise<unknown> =>
    runModule('report-file.mjs', `({ reportFile }, json) => { const file = reportFile({ json }); ${code} }`, path);

  it('is replaced as a whole: who has the old one open reads that to its end', async () => {
    const path = join(folder, 'r.json');
    writeFileSync(path, '{"of":"before"}');
    const read = await inFile(
      path,
      `return import('node:fs').then(({ openSync, readFileSync }) => {
        const open = openSync(json, 'r');
        file.write({ of: 'first' });
        file.write({ of: 'second' });
        return readFileSync(open, 'utf8');
      });`,
    );
    expect(read).toBe('{"of":"before"}');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ of: 'second' });
    expect(readdirSync(folder)).toEqual(['r.json']);
  });

  it('is not touched before there is something to write', async () => {
    const path = join(folder, 'r.json');
    writeFileSync(path, 'kept');
    await inFile(path, '');
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  it.each(['nowhere/r.json', '.'])('is refused at once where it cannot be: %j', async (path) => {
    await expect(inFile(join(folder, path), '')).rejects.toThrow('--json takes a file in a folder that is there');
  });
});
