import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runModule } from '../support/run-module';

/** What comes of a run that began so many milliseconds ago. */
const time = (ago: number, isLimited: boolean, code: string): Promise<unknown> =>
  runModule(
    '../../bench/lib/run-time.mjs',
    `async ({ RunTime, TOO_LATE }, [ago, isLimited]) => {
      const time = new RunTime(performance.now() - ago, isLimited);
      ${code}
    }`,
    [ago, isLimited],
  );

describe('the time of a run', () => {
  const isOver = 'return time.isOver;';

  it('is over in a quick one when there is none left for another round, and in others never', async () => {
    expect(await time(90_000, true, isOver)).toBe(false);
    expect(await time(96_000, true, isOver)).toBe(true);
    expect(await time(9_000_000, false, isOver)).toBe(false);
  });

  const waiting = `
    const never = new Promise(() => {});
    const keepAlive = setInterval(() => {}, 1_000);
    const got = await time.inTime(never);
    clearInterval(keepAlive);
    return got === TOO_LATE;`;

  it('does not wait for a download that is not there when it is over', async () => {
    expect(await time(96_000, true, waiting)).toBe(true);
  });

  it('takes what is there at once also then', async () => {
    expect(await time(96_000, true, 'return time.inTime(Promise.resolve(false));')).toBe(false);
    expect(await time(0, false, 'return time.inTime(Promise.resolve(true));')).toBe(true);
  });

  const ending = (code: string): string => `
    return new Promise((resolve) => {
      const keepAlive = setInterval(() => {}, 1_000);
      const end = (what) => (clearInterval(keepAlive), resolve(what));
      time.atItsEnd(() => end('ended'));
      ${code}
    });`;

  it('ends a quick run before two minutes are over, whatever is under way', async () => {
    expect(await time(117_000, true, ending(''))).toBe('ended');
  });

  it('ends no other one', async () => {
    expect(await time(117_000, false, ending("setImmediate(() => end('goes on'));"))).toBe('goes on');
  });
});

describe('what is said of a run whose time was over', () => {
  const advice = (measured: object, preparation: object): Promise<unknown> =>
    runModule('../../bench/lib/run-time.mjs', '({ adviceOf }, args) => adviceOf(...args)', [measured, 2, preparation]);

  const results = (...rounds: number[]): object[] => [
    { lines: rounds.map((count) => ({ label: 'warren', rounds: Array.from({ length: count }, () => ({})) })) },
  ];
  const first = { wasBuilt: true, wasDownloaded: true, seconds: 61.4 };
  const late = { results: results(2), unmeasured: { start: 'there was no time left' } };
  const sentence = (deeds: string): string =>
    `the time was over before all rounds were measured: 61 s went by before the first one, because it had to ${deeds}; run it again: what was built and downloaded stays`;

  it('is to run it again, where it had to build or to download first', async () => {
    expect(await advice(late, first)).toBe(sentence('build and download'));
    expect(await advice(late, { ...first, wasBuilt: false })).toBe(sentence('download'));
    expect(await advice({ results: results(2, 1), unmeasured: {} }, { ...first, wasDownloaded: false })).toBe(
      sentence('build'),
    );
  });

  it('is nothing where all was there, or all was measured', async () => {
    expect(await advice(late, { ...first, wasBuilt: false, wasDownloaded: false })).toBeNull();
    expect(await advice({ results: results(2, 2), unmeasured: {} }, first)).toBeNull();
    const failed = [{ lines: [{ label: 'warren', rounds: [], problem: 'it hangs' }] }];
    expect(await advice({ results: failed, unmeasured: { cpu: 'none of its contestants is here' } }, first)).toBeNull();
  });
});

describe('a build or a download that is under way when the process ends itself', () => {
  it('ends with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'warren-'));
    const file = join(folder, 'pid');
    try {
      await runModule(
        'command.mjs',
        `async ({ run }, file) => {
          const { existsSync } = await import('node:fs');
          void run('sh', ['-c', 'echo $$ > "$0.part" && mv "$0.part" "$0" && exec sleep 600', file]).catch(() => {});
          await new Promise((resolve) => setInterval(() => existsSync(file) && resolve(), 10));
          process.stdout.write('null');
          process.exit();
        }`,
        file,
      );
      const pid = Number(readFileSync(file, 'utf8'));
      const isGone = runModule(
        'process-table.mjs',
        '({ becomesTrue, isAlive }, pid) => becomesTrue(() => !isAlive(pid), 60_000)',
        pid,
      );
      expect(await isGone).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
