import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { healthOf } from '../support/app-health';
import { CheckoutCopy, offline } from '../support/checkout-copy';
import { closingAfterEach } from '../support/closing';
import { warren } from '../support/command';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const PICTURES = ['queues', 'failures', 'task'].flatMap((page) => [
  `dashboard-${page}.png`,
  `dashboard-${page}-dark.png`,
]);

const closing = closingAfterEach();

/** Types it into a shell in a copy, where it has to end well. */
async function typed(line: string, env: Record<string, string>, { folder }: CheckoutCopy): Promise<void> {
  const command = TestProcess.shell(line, env, folder);
  closing({ close: () => command.stop() });
  await command.endsWell(180_000);
}

/** Width in pixels, of a PNG; 0 of anything else. */
function widthOf(file: string): number {
  const bytes = readFileSync(file);
  return bytes.toString('latin1', 1, 4) === 'PNG' ? bytes.readUInt32BE(16) : 0;
}

describe('npm run docs:screenshots', () => {
  it('takes a picture of each page, light and dark, of a dashboard that runs', async () => {
    const vhost = closing(await Vhost.open());
    const checkout = closing(new CheckoutCopy(['package.json', 'scripts']));
    const port = await freePort();
    const start = (app: 'worker' | 'dashboard', env: Record<string, string>): TestProcess => {
      const started = TestProcess.app(app, { AMQP_URL: vhost.url, LOG_FORMAT: 'json', ...env });
      closing({ close: () => started.stop() });
      return started;
    };
    const worker = start('worker', { WORKER_PORT: '0' });
    start('dashboard', { DASHBOARD_PORT: String(port) });
    await waitFor('the dashboard to answer', async () => (await healthOf(port, 'live'))?.status === 200);
    await waitFor('the worker to consume', () => worker.events('consumer.started').length > 0);
    // What the pages show: a task that was put aside.
    const nowhere = '{"source":"nowhere.jpg","width":320,"output":"small.webp"}';
    expect(await warren(vhost.url, ['add', 'image.resize', nowhere])).toMatchObject({ code: 0 });
    await waitFor(
      () => `a dead letter; the worker wrote:\n${worker.output}`,
      () => worker.events('task.dead-lettered').length === 1,
    );

    const env = { ...offline(join(checkout.folder, 'var')), DASHBOARD_URL: `http://127.0.0.1:${port}` };
    await typed('npm run docs:screenshots', env, checkout);

    const folder = join(checkout.folder, 'docs/images');
    expect(PICTURES.map((name) => widthOf(join(folder, name)))).toEqual(PICTURES.map(() => 1_100));
  });
});
