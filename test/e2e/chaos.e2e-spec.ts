import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exit, TestProcess } from '../support/process';
import { ProjectCommand } from '../support/project-command';

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
  let chaos: ProjectCommand;
  beforeEach(() => (chaos = new ProjectCommand('npm run chaos')));
  afterEach(() => chaos.clear());

  it(
    'loses nothing while workers and the broker are killed, connections are closed and a link falls silent',
    async () => {
      const kinds = 'worker-kill,connection-close,blackhole,broker-kill';
      const json = join(chaos.folder, 'report.json');

      const { stdout, exit } = await ended(
        chaos.typed(`npm run chaos -- --seconds 12 --tasks 800 --seed 1 --faults ${kinds} --json ${json}`),
      );

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
      expect(chaos.left).toEqual({ processes: [], files: ['report.json'] });
    },
    RUN_MS,
  );

  it(
    'leaves nothing behind when it is stopped in the middle',
    async () => {
      const stopped = chaos.start(['--seconds', '60', '--faults', 'worker-kill']);
      await stopped.line(/worker-kill +worker/, RUN_MS);

      // At least the broker, its keeper, two producers and two workers.
      expect(chaos.processes ?? 6).toBeGreaterThanOrEqual(6);
      stopped.signal('SIGINT');

      expect(await ended(stopped)).toMatchObject({ exit: { code: 130 } });
      expect(chaos.left).toEqual({ processes: [], files: [] });
    },
    RUN_MS,
  );

  it('refuses flags that it does not understand, with exit code 2', async () => {
    const { stdout, exit } = await ended(chaos.start(['--faults', 'earthquake']));
    expect(exit).toEqual({ code: 2, signal: null });
    expect(stdout.join('\n')).toContain('--faults takes worker-kill');
  });

  it('says that there is no broker where AMQP_URL names none, with exit code 3', async () => {
    const { stdout, exit } = await ended(chaos.start(['--seconds', '1'], { AMQP_URL: 'amqp://127.0.0.1:1' }));
    expect(exit).toEqual({ code: 3, signal: null });
    expect(stdout.join('\n')).toContain('AMQP_URL is set');
  });
});
