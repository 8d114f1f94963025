import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offline } from '../support/checkout-copy';
import { freePort } from '../support/free-port';
import { projectRoot } from '../support/project-files';
import { TestProcess } from '../support/process';
import { asTheyStand } from '../support/started-commands';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const typed = asTheyStand('test/e2e/documented-commands.e2e-spec.ts');

/** The ports of the manuals, and those that are free here. */
const ports = new Map<string, number>();
const apps: TestProcess[] = [];
let vhost: Vhost;
let folder: string;

beforeAll(async () => {
  vhost = await Vhost.open();
  folder = mkdtempSync(join(tmpdir(), 'warren-commands-'));
  for (const [name, port] of [
    ['producer', '3000'],
    ['worker', '3001'],
    ['dashboard', '3002'],
  ] as const) {
    ports.set(port, await freePort());
    const variable = `${name.toUpperCase()}_PORT`;
    apps.push(TestProcess.app(name, { AMQP_URL: vhost.url, [variable]: String(ports.get(port)), LOG_FORMAT: 'json' }));
  }
  await waitFor('all apps to answer', async () => {
    const answers = [...ports.values()].map((port) => fetch(`http://127.0.0.1:${port}/health/live`));
    return (await Promise.allSettled(answers)).every(({ status }) => status === 'fulfilled');
  });
});

afterAll(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  rmSync(folder, { recursive: true, force: true });
  await vhost.close();
});

/** In a shell, with this file's ports and folder in place of the manual's. */
function run(command: string): Promise<{ code: number; out: string; err: string }> {
  const here = command
    .replaceAll(/localhost:(\d+)/g, (all, port: string) => `127.0.0.1:${ports.get(port) ?? all}`)
    .replace('> definitions.json', `> ${join(folder, 'definitions.json')}`);
  return new Promise((resolve) => {
    const env = { ...process.env, ...offline(folder), AMQP_URL: vhost.url, WARREN_STATE_DIR: folder };
    const child = execFile('bash', ['-c', here], { cwd: projectRoot, env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
    child.stdin?.end('correct horse battery staple\n');
  });
}

describe('the commands of the manuals', () => {
  it('are there', () => {
    expect(typed.length).toBeGreaterThan(8);
  });

  it.each(typed)('%s', async (command) => {
    const { code, out, err } = await run(command);
    expect(code === 0 ? 'well' : out + err).toBe('well');
    expect(out).not.toMatch(/^HTTP\/1\.1 [45]/);
    expect(command.includes(' > ') ? 'it is in the file' : out).toMatch(/\S/);
  });
});
