import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectCommand } from '../support/project-command';

/** The mutations take seven minutes, on a machine that is busy more. */
const RUN_MS = 1_500_000;
jest.setTimeout(RUN_MS);

let chaos: ProjectCommand;
beforeEach(() => (chaos = new ProjectCommand('npm run chaos')));
afterEach(() => chaos.clear());

describe('the commands of docs/chaos.md that take minutes', () => {
  it('npm run chaos -- --cluster loses nothing while nodes of a cluster are struck', async () => {
    const json = join(chaos.folder, 'report.json');
    const command = chaos.typed(`npm run chaos -- --cluster --seconds 20 --tasks 1000 --seed 1 --json ${json}`);
    await command.endsWell(RUN_MS);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ kept: { lost: 0 }, lost: [], accidents: [] });
    expect(command.output).toContain('a private cluster of 3 nodes');
    expect(chaos.left).toEqual({ processes: [], files: ['report.json'] });
  });

  it('npm run chaos:mutations sees every loss, and none in the code as it is', async () => {
    const command = chaos.typed('npm run chaos:mutations');
    await command.endsWell(RUN_MS);
    expect(command.output).toContain('nothing is switched off');
    expect(command.output).not.toContain('nobody noticed');
    expect(chaos.left).toEqual({ processes: [], files: [] });
  });
});
