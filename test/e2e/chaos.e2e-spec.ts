import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesOf } from '../support/processes-of';
import { TestProcess } from '../support/process';
import type { Exit } from '../support/process';

interface Report {
  readonly kept: { readonly sent: number; readonly done: number; readonly deadLettered: number; readonly lost: number };
  readonly lost: readonly unknown[];
  readonly accidents: readonly string[];
  readonly faults: readonly { readonly kind: string; readonly what: string }[];
}

/** A run takes half a minute, on a busy machine more. */
const RUN_MS = 120_000;

/** What it wrote, and how it ended. */
const ended = async (program: TestProcess): Promise<{ stdout: readonly string[]; exit: Exit }> => {
  const exit = await program.exit(RUN_MS);
  return { stdout: program.stdout, exit };
};

describe('npm run chaos', () => {
  let folder: string;
  let run: TestProcess | undefined;

  /** Keeps its files in the test's folder. */
  const chaos = (flags: readonly string[], env: Record<string, string> = {}): TestProcess => {
    run = TestProcess.start(process.execPath, ['scripts/chaos.mjs', ...flags], { TMPDIR: folder, ...env });
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
    'loses nothing while workers and the broker are killed, connections are closed and a link falls silent',
    async () => {
      const kinds = ['worker-kill', 'connection-close', 'blackhole', 'broker-kill'];
      const json = join(folder, 'report.json');
      const work = ['--seconds', '12', '--tasks', '800', '--seed', '1', '--faults', kinds.join(',')];

      const { stdout, exit } = await ended(chaos([...work, '--json', json]));

      const { lost, accidents, kept, faults } = JSON.parse(readFileSync(json, 'utf8')) as Report;
      expect({ exit, lost, accidents }).toEqual({ exit: { code: 0, signal: null }, lost: [], accidents: [] });
      expect(kept).toMatchObject({ sent: 800, lost: 0 });
      expect(kept.done + kept.deadLettered).toBe(800);
      expect(kept.done).toBeGreaterThan(600);
      expect(kept.deadLettered).toBeGreaterThan(10);
      // Each fault names whom it has struck.
      expect(faults.map(({ kind, what }) => `${kind}: ${what}`)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^worker-kill: worker \d \(pid \d+\)/),
          expect.stringMatching(/^connection-close: [1-9]\d* of/),
          expect.stringMatching(/^blackhole: (?:worker|producer) \d for/),
          expect.stringMatching(/^broker-kill: the node \(pid/),
        ]),
      );
      expect(stdout.join('\n')).toMatch(/sent 800 · done \d+ · dead-lettered \d+ · lost 0 · run twice \d+/);
      expect(processesOf(folder)).toEqual([]);
    },
    RUN_MS,
  );

  it(
    'leaves nothing behind when it is stopped in the middle',
    async () => {
      const stopped = chaos(['--seconds', '60', '--faults', 'worker-kill']);
      await stopped.line(/worker-kill +worker/, RUN_MS);

      // At least the broker, its keeper, two producers and two workers.
      expect(processesOf(folder).length).toBeGreaterThanOrEqual(existsSync('/proc') ? 6 : 0);
      stopped.signal('SIGINT');

      expect(await ended(stopped)).toMatchObject({ exit: { code: 130 } });
      expect(processesOf(folder)).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    },
    RUN_MS,
  );

  it('refuses flags that it does not understand, with exit code 2', async () => {
    const { stdout, exit } = await ended(chaos(['--faults', 'earthquake']));
    expect(exit).toEqual({ code: 2, signal: null });
    expect(stdout.join('\n')).toContain('--faults takes worker-kill');
  });

  it('says that there is no broker where AMQP_URL names none, with exit code 3', async () => {
    const { stdout, exit } = await ended(chaos(['--seconds', '1'], { AMQP_URL: 'amqp://127.0.0.1:1' }));
    expect(exit).toEqual({ code: 3, signal: null });
    expect(stdout.join('\n')).toContain('AMQP_URL is set');
  });
});
