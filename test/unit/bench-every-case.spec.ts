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
  /** The cases in the order in which they were measured, and each time one had left the stage. */
  readonly deeds: readonly string[];
  /** The cases whose tables were shown, with their rounds. */
  readonly shown: readonly string[];
}

interface Plan {
  readonly failing?: string;
  readonly stopping?: string;
  /** After so many turns of a case the time is over. */
  readonly overAfter?: number;
  readonly names?: readonly string[];
  /** Tasks of a case, default 1. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly rounds?: number;
  readonly isRoundByRound?: boolean;
}

/** Cases of one contestant each, of which `failing` fails, and in which the wish to stop comes with `stopping`. */
const run = (plan: Plan): Promise<Outcome> =>
  runModule(
    '../../bench/lib/every-case.mjs',
    `async ({ measureCases }, { failing, stopping, overAfter = Infinity, names = ['a', 'b', 'c'], counts = {}, rounds = 1, isRoundByRound = false }) => {
      const { Failure } = await import(new URL('../../scripts/lib/failure.mjs', ${JSON.stringify(`file://${__dirname}/`)}).href);
      const cases = names.map((name) => ({
        name, title: name, figure: 'rate', kinds: ['add'], participants: [{ contestant: 'amqplib' }], trial: { count: counts[name] ?? 1 },
      }));
      const brief = ({ results, unmeasured }) => ({ results: results.map(({ name }) => name), unmeasured });
      const told = [];
      const problems = {};
      const deeds = [];
      const shown = [];
      const measuring = measureCases(cases, {
        obtained: new Map([['amqplib', { name: 'amqplib', kinds: ['add'] }]]),
        counts: { rounds, warmUp: 0 },
        isRoundByRound,
        isOver: () => told.length >= overAfter,
        measure: async ({ name }) => {
          deeds.push(name);
          if (name === failing) throw new Failure(name + ' is broken');
          if (name === stopping) throw new Error('stopped');
          return { rate: 1 };
        },
        tidy: async ({ name }) => { deeds.push('tidy ' + name); },
        onProgress: () => {},
        onMeasured: (measured) => told.push(brief(measured)),
        onResult: ({ name, lines }) => {
          shown.push(name + ' ' + lines[0].rounds.length);
          if (lines[0].problem) problems[name] = lines[0].problem;
        },
      });
      return measuring.then(
        (end) => ({ told, end: brief(end), problems, deeds, shown }),
        (error) => ({ told, stoppedBy: error.message, problems, deeds, shown }),
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

  it('have all rounds of one before the next one, and their programs and queues stay until then', async () => {
    const { deeds, shown } = await run({ names: ['a', 'b'], rounds: 2 });
    expect(deeds).toEqual(['a', 'a', 'tidy a', 'b', 'b', 'tidy b']);
    expect(shown).toEqual(['a 2', 'b 2']);
  });
});

describe('the cases of a quick run', () => {
  it('have a first round of each before a second of any, and leave nothing on the stage in between', async () => {
    const { deeds, shown, told, end } = await run({ names: ['a', 'b'], rounds: 2, isRoundByRound: true });
    expect(deeds).toEqual(['a', 'tidy a', 'b', 'tidy b', 'a', 'tidy a', 'b', 'tidy b']);
    expect(shown).toEqual(['a 2', 'b 2']);
    expect(told[0]).toEqual({ results: ['a'], unmeasured: { b: LATER } });
    expect(end).toEqual({ results: ['a', 'b'], unmeasured: {} });
  });

  it('come in such an order that each goal has a figure before one has a second, long ones later, and are told of in their own', async () => {
    const names = ['add-256-200-quorum', 'add-256-200-classic', 'handle-1-quorum', 'start'];
    const { deeds, end } = await run({ names, counts: { 'handle-1-quorum': 9 }, isRoundByRound: true });
    expect(deeds.filter((deed) => !deed.startsWith('tidy'))).toEqual([
      'add-256-200-quorum',
      'start',
      'handle-1-quorum',
      'add-256-200-classic',
    ]);
    expect(end?.results).toEqual(names);
  });

  it('keep their first rounds when there is no time for the second ones, and each is shown once', async () => {
    const { shown, end } = await run({ rounds: 2, isRoundByRound: true, overAfter: 4 });
    expect(shown).toEqual(['a 2', 'b 1', 'c 1']);
    expect(end).toEqual({ results: ['a', 'b', 'c'], unmeasured: {} });
  });

  it('that were not reached are named', async () => {
    const { shown, end } = await run({ rounds: 2, isRoundByRound: true, overAfter: 2 });
    expect(shown).toEqual(['a 1', 'b 1']);
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
