import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allTasks } from '@app/tasks';
import { hashPassword } from '../../apps/dashboard/src/access/password-hash';
import { healthOf } from '../support/app-health';
import { CheckoutCopy, offline } from '../support/checkout-copy';
import { closingAfterEach } from '../support/closing';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { projectFiles } from '../support/project-files';
import { asTheyStand } from '../support/started-commands';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

/** Each of them builds, which takes a minute on a machine that is busy. */
const BUILD_MS = 180_000;
jest.setTimeout(600_000);

const PASSWORD = 'correct horse battery staple';
const APPS = ['producer', 'worker', 'dashboard', 'cli'];
const WORK = 'apps/worker/src/tutorial/dotted-work.ts';
const QUEUES = new Set(allTasks.map(({ queue }) => queue.name)).size;

const typed = asTheyStand('test/manuals/starting-apps.spec.ts');
const isBuild = (line: string): boolean => line === 'npm run build';
const isWatch = (line: string): boolean => line.endsWith(' --watch');

const closing = closingAfterEach();
const checkout = new CheckoutCopy(projectFiles());
const ports = { producer: 0, worker: 0, dashboard: 0 };
let vhost: Vhost;
let user: string;

beforeAll(async () => {
  vhost = await Vhost.open();
  user = `ada:admin:${await hashPassword(PASSWORD)}`;
  for (const app of ['producer', 'worker', 'dashboard'] as const) ports[app] = await freePort();
});

afterAll(async () => {
  await vhost.close();
  await checkout.close();
});

/** Types it in the copy, with this file's broker and ports in place of the default ones, and the user whom the manual abridges. */
function start(line: string): TestProcess {
  const env = {
    ...offline(join(checkout.folder, 'var')),
    AMQP_URL: vhost.url,
    LOG_FORMAT: 'json',
    ...Object.fromEntries(Object.entries(ports).map(([app, port]) => [`${app.toUpperCase()}_PORT`, String(port)])),
  };
  const command = TestProcess.shell(line.replace('ada:admin:scrypt.32768.8...', user), env, checkout.folder);
  closing({ close: () => command.stop() });
  return command;
}

/** Ctrl-C, and nobody is left: whoever had its output has ended. */
async function end(command: TestProcess): Promise<void> {
  command.interrupt();
  await command.exit();
}

async function answers(app: 'producer' | 'dashboard', command: TestProcess): Promise<void> {
  await waitFor(
    () => `${app} to be ready; it wrote:\n${command.output}`,
    async () => (await healthOf(ports[app], 'ready'))?.status === 200,
    BUILD_MS,
  );
}

/** Waits until a worker consumes its queues, for the so manieth time. */
async function consumes(command: TestProcess, times = 1): Promise<void> {
  await waitFor(
    () => `the worker to consume; it wrote:\n${command.output}`,
    () => command.events('consumer.started').length >= times * QUEUES,
    BUILD_MS,
  );
}

const addTask = (): void => vhost.publish('task_queue', JSON.stringify({ pattern: 'tutorial', data: 'A message' }));

describe('the commands of the manuals that build and start apps', () => {
  it('are there', () => {
    expect(typed.length).toBeGreaterThan(5);
    expect(typed.filter(isBuild)).toHaveLength(1);
  });

  it.each(typed.filter(isBuild))('%s makes every app', async (line) => {
    await start(line).endsWell(BUILD_MS);
    const built = APPS.map((app) => join('dist/apps', app, 'apps', app, 'src/main.js'));
    expect(built.filter((path) => !existsSync(join(checkout.folder, path)))).toEqual([]);
  });

  it.each(typed.filter((line) => line.includes('producer')))('%s', async (line) => {
    const command = start(line);
    await answers('producer', command);
    await end(command);
  });

  it.each(typed.filter((line) => line.includes('dashboard')))('%s', async (line) => {
    const command = start(line);
    await answers('dashboard', command);
    const login = await fetch(`http://127.0.0.1:${ports.dashboard}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-warren-dashboard': '1' },
      body: JSON.stringify({ name: 'ada', password: PASSWORD }),
    });
    expect(login.ok).toBe(line.includes('DASHBOARD_USERS'));
    await end(command);
  });

  it.each(typed.filter(isWatch))('%s builds and starts anew what is changed', async (line) => {
    const command = start(line);
    await consumes(command);
    addTask();
    await command.line(" [x] Received 'A message'");

    const file = join(checkout.folder, WORK);
    const text = readFileSync(file, 'utf8');
    expect(text.split('[x] Received')).toHaveLength(2);
    writeFileSync(file, text.replace('[x] Received', '[x] Taken up'));

    await consumes(command, 2);
    addTask();
    await command.line(" [x] Taken up 'A message'");
    await end(command);
  });
});
