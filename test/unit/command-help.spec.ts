import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { USAGE as BROKER_USERS } from '../../apps/producer/src/broker-users/usage';
import { projectRoot } from '../support/project-files';

describe('--help', () => {
  let checkout: string;
  beforeAll(() => {
    checkout = mkdtempSync(join(tmpdir(), 'warren-help-'));
    for (const folder of ['scripts', 'apps'])
      cpSync(join(projectRoot, folder), join(checkout, folder), { recursive: true });
  });
  afterAll(() => rmSync(checkout, { recursive: true }));

  it.each([
    ['broker-users', ['-h'], BROKER_USERS],
    ['broker-users', ['worker', '--help'], BROKER_USERS],
  ])('of %s comes from a checkout with nothing installed or built: %s', (program, args, usage) => {
    const command = spawnSync(process.execPath, [join(checkout, 'scripts', `${program}.mjs`), ...args], {
      encoding: 'utf8',
      env: { PATH: '' }, // no npm to install with
    });
    expect(command).toMatchObject({ status: 0, stdout: `${usage}\n`, stderr: '' });
  });
});
