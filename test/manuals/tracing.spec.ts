import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { healthOf } from '../support/app-health';
import { CheckoutCopy } from '../support/checkout-copy';
import { closingAfterEach } from '../support/closing';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { projectRoot } from '../support/project-files';
import { asTheyStand } from '../support/started-commands';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

/** An install asks a registry. */
jest.setTimeout(600_000);

const typed = asTheyStand('test/manuals/tracing.spec.ts');
const [install = '', endpoint = '', ...starts] = typed;

const closing = closingAfterEach();

/** An OpenTelemetry collector that keeps what it is sent: the bodies, with the spans in them. */
async function collector(): Promise<{ port: number; bodies: readonly Buffer[] }> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(Buffer.concat(chunks));
      response.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing({ close: () => new Promise((resolve) => server.close(resolve)) });
  return { port: (server.address() as AddressInfo).port, bodies };
}

describe('the commands of docs/tracing.md', () => {
  it('install an SDK, and send what a producer and a worker do to a collector', async () => {
    expect([install, endpoint, ...starts].map((line) => line.split(/[ =]/)[0])).toEqual([
      'npm',
      'export',
      'OTEL_SERVICE_NAME',
      'OTEL_SERVICE_NAME',
    ]);
    const vhost = closing(await Vhost.open());
    const { port, bodies } = await collector();
    const checkout = closing(new CheckoutCopy(['package.json', 'package-lock.json', 'tools', 'deploy/otel.cjs']));
    // What is installed is installed for good: here into modules of the copy's own.
    rmSync(join(checkout.folder, 'node_modules'));
    for (const made of ['node_modules', 'dist'])
      cpSync(join(projectRoot, made), join(checkout.folder, made), { recursive: true, verbatimSymlinks: true });
    const shell = (line: string, env: Record<string, string> = {}): TestProcess => {
      const command = TestProcess.shell(line, env, checkout.folder);
      closing({ close: () => command.stop() });
      return command;
    };

    await shell(install, { npm_config_update_notifier: 'false' }).endsWell(300_000);

    const here = endpoint.replace('localhost:4318', `127.0.0.1:${port}`);
    const producerPort = await freePort();
    const env = { AMQP_URL: vhost.url, LOG_FORMAT: 'json', PRODUCER_PORT: String(producerPort), WORKER_PORT: '0' };
    const apps = starts.map((line) => shell(`${here}\n${line}`, env));
    const [producer, worker] = apps;
    await waitFor(
      () => `both to be ready; they wrote:\n${apps.map(({ output }) => output).join('\n')}`,
      async () =>
        (await healthOf(producerPort, 'ready'))?.status === 200 && worker?.events('consumer.started').length !== 0,
    );
    const answer = await fetch(`http://127.0.0.1:${producerPort}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'tutorial', payload: 'A traced message' }),
    });
    expect(answer.status).toBe(202);
    await worker?.line(' [x] Done');
    for (const app of apps) {
      app.interrupt();
      await app.exit();
    }

    const sent = (service: string, span: string): boolean =>
      bodies.some((body) => body.includes(service) && body.includes(span));
    expect({ producer: sent('producer', 'send task_queue'), worker: sent('worker', 'process task_queue') }).toEqual({
      producer: true,
      worker: true,
    });
    expect(producer?.output).not.toContain('ECONNREFUSED');
  });
});
