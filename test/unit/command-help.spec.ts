import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { USAGE } from '../../apps/producer/src/dead-letters/usage';
import { projectRoot } from '../support/project-files';

describe('npm run dead-letters -- --help', () => {
  let checkout: string;
  beforeAll(() => {
    checkout = mkdtempSync(join(tmpdir(), 'warren-help-'));
    for (const folder of ['scripts', 'apps'])
      cpSync(join(projectRoot, folder), join(checkout, folder), { recursive: true });
  });
  afterAll(() => rmSync(checkout, { recursive: true }));

  it.each([['--help'], ['list', '-h']])('comes from a checkout with nothing installed or built: %s', (...args) => {
    const command = spawnSync(process.execPath, [join(checkout, 'scripts', 'dead-letters.mjs'), ...args], {
      encoding: 'utf8',
      env: { PATH: '' }, // no npm to install with
    });
    expect(command).toMatchObject({ status: 0, stdout: `${USAGE}\n`, stderr: '' });
  });
});
