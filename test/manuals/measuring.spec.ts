import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProcess } from '../support/process';
import { ProjectCommand } from '../support/project-command';
import { asTheyStand } from '../support/started-commands';

/** A quick run of everything takes two minutes, with what it has to obtain and build more. */
const RUN_MS = 600_000;
jest.setTimeout(RUN_MS);

/** Cases of each kind that the manuals' runs choose, of those that end soon. */
const CASES = 'delay,prefetch,latency-half-quorum,latency-100-quorum,handle-16-quorum';

const typed = asTheyStand('test/manuals/measuring.spec.ts');

let measuring: ProjectCommand;
let json: string;
beforeEach(() => {
  measuring = new ProjectCommand('npm run bench');
  json = join(measuring.folder, 'report.json');
});
afterEach(() => measuring.clear());

/** Waits until a command has ended well, and has left nobody behind. */
async function endsWell(command: TestProcess): Promise<void> {
  await command.endsWell(RUN_MS);
  expect(measuring.left.processes).toEqual([]);
}

const rowsOf = ({ stdout }: TestProcess): string[] => stdout.filter((line) => line.startsWith('|'));

const report = (): Record<string, unknown> => JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>;

describe('the commands of the manuals that measure', () => {
  it.each(typed)('%s', async (line) => {
    const command = measuring.typed(line);
    await endsWell(command);
    expect(command.stdout.length).toBeGreaterThan(5);
  });

  it('npm run bench of chosen cases, and what is printed of its report', async () => {
    await endsWell(
      measuring.typed(
        `npm run bench -- --quick --rounds 1 --only ${CASES} --contestants amqplib,warren,nest --json ${json}`,
      ),
    );
    const names = (report()['results'] as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['delay', 'latency-half-quorum', 'prefetch-1-slow']));

    const tables = measuring.typed(`npm run bench -- --markdown ${json}`);
    await endsWell(tables);
    expect(tables.output).toContain('`latency-100-quorum`');

    const kept = join(measuring.folder, 'results.json');
    const goals = measuring.typed(`npm run bench -- --goals ${json} --json ${kept}`);
    await endsWell(goals);
    expect(goals.output).toContain('latency p99 at 100 a second');
    const again = measuring.typed(`npm run bench -- --goals ${kept}`);
    await endsWell(again);
    expect(rowsOf(again)).toEqual(rowsOf(goals));
  });

  it('npm run bench:retries', async () => {
    await endsWell(measuring.typed(`npm run bench:retries -- --tasks 1000 --json ${json}`));
    expect(report()).toMatchObject({ tasks: 1_000, problems: [] });
  });

  it('npm run bench:delays', async () => {
    await endsWell(measuring.typed(`npm run bench:delays -- --tasks 500 --seed 7 --json ${json}`));
    expect(report()).toMatchObject({ done: 500, missing: 0, early: 0 });
  });

  it('npm run bench:history', async () => {
    await endsWell(measuring.typed(`npm run bench:history -- --tasks 2000 --rounds 1 --view 2000 --json ${json}`));
    expect(report()).toMatchObject({ tasks: 2_000, rounds: 1 });
  });
});
