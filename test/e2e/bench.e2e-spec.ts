import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesOf } from '../support/processes-of';
import { TestProcess } from '../support/process';

interface Report {
  readonly versions: Readonly<Record<string, string>>;
  readonly goals: readonly { readonly goal: { readonly name: string }; readonly verdict: string }[];
  readonly results: readonly {
    readonly name: string;
    readonly lines: readonly {
      readonly label: string;
      readonly rounds: readonly { readonly rate: number }[];
      readonly ratio?: { readonly median: number };
      readonly problem?: string;
    }[];
  }[];
}

/** A run takes a quarter of a minute, with the build and on a busy machine more. */
const RUN_MS = 180_000;

describe('npm run bench', () => {
  let folder: string;
  let run: TestProcess | undefined;

  /** Keeps its files in the test's folder. */
  const bench = (...flags: string[]): TestProcess => {
    run = TestProcess.start(process.execPath, ['bench/bench.mjs', ...flags], { TMPDIR: folder });
    return run;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'warren-'));
  });

  afterEach(async () => {
    await run?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'measures Warren beside bare amqplib on a broker of its own, says what became of the goal, and leaves nothing behind',
    async () => {
      const json = join(folder, 'report.json');
      const flags = ['--only', 'handle-1-quorum', '--contestants', 'amqplib,warren', '--rounds', '1', '--json', json];

      const program = bench('--quick', ...flags);

      expect({ exit: await program.exit(RUN_MS), output: program.output }).toMatchObject({
        exit: { code: 0, signal: null },
      });
      const { versions, goals, results } = JSON.parse(readFileSync(json, 'utf8')) as Report;
      expect(Object.keys(versions)).toEqual(expect.arrayContaining(['warren', 'node', 'broker', 'amqplib']));
      expect(results.map(({ name }) => name)).toEqual(['handle-1-quorum']);
      const [amqplib, warren] = results[0]?.lines ?? [];
      expect([amqplib, warren].map((line) => [line?.label, line?.rounds.length, line?.problem])).toEqual([
        ['amqplib', 1, undefined],
        ['warren', 1, undefined],
      ]);
      expect(warren?.ratio?.median).toBeCloseTo((warren?.rounds[0]?.rate ?? 0) / (amqplib?.rounds[0]?.rate ?? 0));
      expect(goals.find(({ goal }) => goal.name === 'handle-1')?.verdict).toMatch(/^(?:not )?met$/);
      expect(program.output).toMatch(/handle, concurrency 1 +>= 0\.95 +quorum \d/);
      expect(processesOf(folder)).toEqual([]);
      expect(readdirSync(folder)).toEqual(['report.json']);
    },
    RUN_MS,
  );

  it(
    'leaves nothing behind when it is stopped in the middle',
    async () => {
      const stopped = bench('--only', 'io-1', '--contestants', 'warren');
      await stopped.line(/round 1 of 3: warren/, RUN_MS);
      // At least the broker, its keeper and a contestant's program.
      expect(processesOf(folder).length).toBeGreaterThanOrEqual(existsSync('/proc') ? 4 : 0);

      stopped.signal('SIGINT');

      expect({ exit: await stopped.exit(RUN_MS), output: stopped.output }).toMatchObject({ exit: { code: 130 } });
      expect(processesOf(folder)).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    },
    RUN_MS,
  );

  it.each([
    [['--only', 'nothing'], 'no case begins with'],
    [['--contestants', 'nobody'], '--contestants takes'],
  ])('refuses what it does not understand, with exit code 2: %j', async (flags, sentence) => {
    const refused = bench(...flags);
    expect(await refused.exit(RUN_MS)).toEqual({ code: 2, signal: null });
    expect(refused.output).toContain(sentence);
  });
});
