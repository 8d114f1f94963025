import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { healthOf } from '../support/app-health';
import { TestAuthority } from '../support/certificates';
import { closingAfterEach } from '../support/closing';
import { freePort } from '../support/free-port';
import { manyAttempts } from '../support/link-test';
import { TestProcess } from '../support/process';
import { TcpProxy } from '../support/tcp-proxy';
import { tlsFront, tlsNode } from '../support/tls-broker';
import { waitFor } from '../support/wait-for';

const PASSWORD = 'never-shown';

const closing = closingAfterEach();
const authority = new TestAuthority('the broker’s authority');
const folder = mkdtempSync(join(tmpdir(), 'warren-tls-'));
const trusted = join(folder, 'authority.pem');
writeFileSync(trusted, authority.certificate);
afterAll(() => rmSync(folder, { recursive: true }));

/** An app that trusts the authority, on a port of its own. */
async function start(name: 'producer' | 'worker', url: string, env: Record<string, string> = {}) {
  const port = await freePort();
  const app = TestProcess.app(name, {
    AMQP_URL: url,
    NODE_EXTRA_CA_CERTS: trusted,
    WORKER_QUEUES: 'task_queue',
    [`${name.toUpperCase()}_PORT`]: String(port),
    LOG_FORMAT: 'json',
    RECONNECT_DELAY_MS: '50',
    ...env,
  });
  closing({ close: () => app.stop() });
  return { app, port };
}

describe('a broker that is reached by TLS, and whose authority is trusted,', () => {
  it('takes tasks and hands them out', async () => {
    const broker = closing(await tlsNode(authority.issue('127.0.0.1')));
    const [producer, worker] = await Promise.all([start('producer', broker.url), start('worker', broker.url)]);
    for (const { app, port } of [producer, worker]) {
      await waitFor(
        () => `it to be ready; it wrote:\n${app.output}`,
        async () => (await healthOf(port, 'ready'))?.status === 200,
      );
    }
    const answer = await fetch(`http://127.0.0.1:${producer.port}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'tutorial', payload: 'By TLS.' }),
    });
    expect(answer.status).toBe(202);
    await worker.app.line(" [x] Received 'By TLS.'");
    await worker.app.line(' [x] Done');
    for (const { app } of [producer, worker]) {
      expect(app.events('connection.open')[0]).toMatchObject({ url: broker.url.replace(':guest@', ':***@') });
      app.signal('SIGTERM');
      expect(await app.exit()).toEqual({ code: 0, signal: null });
    }
  });
});

describe('an app that cannot trust its broker', () => {
  const stranger = new TestAuthority('another authority');
  const plainUrl = (): string => String(process.env['WARREN_TEST_URL']);
  const front = async (...issued: Parameters<typeof tlsFront>): Promise<string> =>
    closing(await tlsFront(...issued)).url;

  it.each<[string, () => string | Promise<string>, RegExp]>([
    ['an authority that it does not know', () => front(stranger.issue('127.0.0.1')), /unable to verify the first cert/],
    ['a certificate that has expired', () => front(authority.issue('127.0.0.1', -60_000)), /certificate has expired/],
    ['another host’s certificate', () => front(authority.issue('127.0.0.2')), /does not match certificate's altnames/],
    ['no TLS at all', () => plainUrl().replace('amqp:', 'amqps:'), /TLS: wrong version number(?:[")]|$)/m],
  ])('(%s) says so once, is alive and not ready, goes on trying and stops politely', async (...row) => {
    const [, arrange, why] = row;
    const proxy = closing(await TcpProxy.open(await arrange()));
    const url = Object.assign(new URL(proxy.url), { password: PASSWORD }).href;
    const producer = await start('producer', url);
    const worker = await start('worker', url);
    await waitFor('both to have failed', () =>
      [producer, worker].every(({ app }) => app.events('connection.failed')[0]),
    );
    await manyAttempts(proxy);
    const masked = url.replace(PASSWORD, '***');
    const failure = (role: string) => ({ role, url: masked, why: expect.stringMatching(why) as unknown });
    expect(producer.app.events('connection.failed')).toMatchObject([failure('producing')]);
    const failures = worker.app.events('connection.failed');
    expect(new Set(failures.map(({ role }) => role))).toEqual(new Set(['consuming', 'producing']));
    expect(failures).toMatchObject(failures.map(({ role }) => failure(String(role))));
    expect(failures).toHaveLength(2);
    for (const { app, port } of [producer, worker]) {
      expect(await healthOf(port, 'live')).toMatchObject({ status: 200 });
      const { status, problems = [] } = (await healthOf(port, 'ready')) ?? {};
      expect({ status, problems }).toEqual({ status: 503, problems: expect.any(Array) as unknown });
      expect(problems.join('\n')).toMatch(why);
      app.signal('SIGTERM');
      expect(await app.exit()).toEqual({ code: 0, signal: null });
      expect(app.output).not.toContain(PASSWORD);
    }
  });
});
