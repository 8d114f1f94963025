import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectCommand } from '../support/project-command';

interface Report {
  readonly versions: Readonly<Record<string, string>>;
  readonly unmeasured: Readonly<Record<string, string>>;
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
  let bench: ProjectCommand;
  beforeEach(() => (bench = new ProjectCommand('npm run bench')));
  afterEach(() => bench.clear());

  const readReport = (): Report => JSON.parse(readFileSync(join(bench.folder, 'report.json'), 'utf8')) as Report;

  it(
    'measures Warren beside bare amqplib on a broker of its own, says what became of the goal, and leaves nothing behind',
    async () => {
      const json = join(bench.folder, 'report.json');

      const program = bench.typed(
        `npm run bench -- --quick --only handle-1-quorum --contestants amqplib,warren --rounds 1 --json ${json}`,
      );

      expect({ exit: await program.exit(RUN_MS), output: program.output }).toMatchObject({
        exit: { code: 0, signal: null },
      });
      const { versions, goals, results } = readReport();
      expect(Object.keys(versions)).toEqual(expect.arrayContaining(['warren', 'node', 'broker', 'amqplib']));
      expect(results.map(({ name }) => name)).toEqual(['handle-1-quorum']);
      const [amqplib, warren] = results[0]?.lines ?? [];
      expect([amqplib, warren].map((line) => [line?.label, line?.rounds.length, line?.problem])).toEqual([
        ['amqplib', 1, undefined],
        ['warren', 1, undefined],
      ]);
      expect(warren?.ratio?.median).toBeCloseTo((warren?.rounds[0]?.rate ?? 0) / (amqplib?.rounds[0]?.rate ?? 0));
      // Only one of the goal's two kinds of queue was measured: a figure that meets it meets it in part.
      const verdict = (warren?.ratio?.median ?? 0) >= 0.95 ? 'met in part' : 'not met';
      expect(goals.find(({ goal }) => goal.name === 'handle-1')?.verdict).toBe(verdict);
      expect(program.output).toMatch(/handle, concurrency 1 +>= 0\.95 +quorum \d/);
      expect(bench.left).toEqual({ processes: [], files: ['report.json'] });
    },
    RUN_MS,
  );

  it(
    'leaves nothing behind when it is stopped in the middle',
    async () => {
      const stopped = bench.start(['--only', 'io-1', '--contestants', 'warren']);
      await stopped.line(/round 1 of 3: warren/, RUN_MS);
      // At least the broker, its keeper and a contestant's program.
      expect(bench.processes ?? 4).toBeGreaterThanOrEqual(4);

      stopped.signal('SIGINT');

      expect({ exit: await stopped.exit(RUN_MS), output: stopped.output }).toMatchObject({ exit: { code: 130 } });
      expect(bench.left).toEqual({ processes: [], files: [] });
    },
    RUN_MS,
  );

  it(
    'leaves the report of what it has measured when it is stopped after that',
    async () => {
      const json = join(bench.folder, 'report.json');
      const flags = ['--quick', '--only', 'handle-1-quorum,delay', '--contestants', 'warren', '--rounds', '1'];
      const stopped = bench.start([...flags, '--json', json]);
      // The delays are up to 10 s long.
      await stopped.line(/lateness of tasks .*round 1 of 1: warren/, RUN_MS);

      stopped.signal('SIGTERM');

      expect({ exit: await stopped.exit(RUN_MS), output: stopped.output }).toMatchObject({ exit: { code: 130 } });
      expect(bench.left).toEqual({ processes: [], files: ['report.json'] });
      const { results, unmeasured } = readReport();
      expect(results.map(({ name, lines }) => [name, lines[0]?.rounds.length])).toEqual([['handle-1-quorum', 1]]);
      expect(unmeasured).toEqual({ delay: 'the run was ended before it' });
      const tables = bench.start(['--markdown', json]);
      expect(await tables.exit(RUN_MS)).toEqual({ code: 0, signal: null });
      expect(tables.output).toContain('- delay was not measured: the run was ended before it');
    },
    RUN_MS,
  );

  it.each([
    [['--only', 'nothing'], 'no case begins with'],
    [['--contestants', 'nobody'], '--contestants takes'],
    [['--json', 'nowhere/report.json'], '--json takes a file in a folder that is there'],
    [['--markdown', 'nowhere.json'], 'nowhere.json is no report'],
  ])('refuses what it does not understand, with exit code 2: %j', async (flags, sentence) => {
    const refused = bench.start(flags);
    expect(await refused.exit(RUN_MS)).toEqual({ code: 2, signal: null });
    expect(refused.output).toContain(sentence);
  });
});
