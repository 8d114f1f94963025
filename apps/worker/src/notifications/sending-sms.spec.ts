import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrecoverableError } from '@app/queue';
import { json } from 'node:stream/consumers';
import { SmsFolder } from './sms-folder';
import { SmsGateway, SmsGatewayError } from './sms-gateway';

const never = new AbortController().signal;
const sms = { to: '+4915112345678', text: 'Your code is 4711' };

describe('text messages into a folder', () => {
  it('are one file a task, also when it runs twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warren-'));
    try {
      await new SmsFolder(folder).send(sms, 'task-1', never);
      await new SmsFolder(folder).send(sms, 'task-1', never);
      expect(await readdir(folder)).toEqual(['task-1.json']);
      expect(JSON.parse(await readFile(join(folder, 'task-1.json'), 'utf8'))).toEqual(sms);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('text messages through a gateway', () => {
  let close: () => Promise<void>;

  afterEach(() => close());

  async function gateway(
    listener: RequestListener,
    options: { token?: string; timeout?: number } = {},
  ): Promise<SmsGateway> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    close = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sms`;
    return new SmsGateway({ url, timeout: 10_000, ...options });
  }

  it('are posted as JSON with the key by which the gateway sends them once', async () => {
    const requests: unknown[] = [];
    const listener = async (request: IncomingMessage) => {
      const { method, url, headers } = request;
      requests.push({
        method,
        url,
        key: headers['idempotency-key'],
        authorization: headers.authorization,
        body: await json(request),
      });
    };
    const sender = await gateway(
      (request, response) => void listener(request).then(() => response.writeHead(202).end('{"accepted":true}')),
      { token: 'secret' },
    );
    await sender.send(sms, 'task-1', never);
    expect(requests).toEqual([
      { method: 'POST', url: '/sms', key: 'task-1', authorization: 'Bearer secret', body: sms },
    ]);
  });

  it.each([
    [400, UnrecoverableError],
    [404, UnrecoverableError],
    [408, SmsGatewayError],
    [429, SmsGatewayError],
    [500, SmsGatewayError],
    [503, SmsGatewayError],
  ])('reject when it answers %i, with the beginning of its answer', async (status, kind) => {
    const sender = await gateway((_request, response) =>
      response.writeHead(status).end('no credit ' + 'x'.repeat(100_000)),
    );
    const failure = await sender.send(sms, 'task-1', never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect(String(failure)).toMatch(new RegExp(`answered ${status}: no credit x+$`));
    expect(String(failure).length).toBeLessThan(400);
  });

  it('are not posted to wherever a redirect points', async () => {
    const paths: unknown[] = [];
    const sender = await gateway((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expect(sender.send(sms, 'task-1', never)).rejects.toThrow(/answered 307/);
    expect(paths).toEqual(['/sms']);
  });

  it('reject when it does not answer in time', async () => {
    const sender = await gateway(() => undefined, { timeout: 50 });
    await expect(sender.send(sms, 'task-1', never)).rejects.toThrow(/did not answer within 50 ms/);
  });

  it('reject when it begins an answer that does not end', async () => {
    const sender = await gateway((_request, response) => void response.writeHead(200).write('wait'), { timeout: 200 });
    await expect(sender.send(sms, 'task-1', never)).rejects.toThrow(/did not answer within 200 ms/);
  });

  it('reject when it is not there', async () => {
    const sender = await gateway(() => undefined);
    await close();
    await expect(sender.send(sms, 'task-1', never)).rejects.toThrow(/could not be reached: .*ECONNREFUSED/);
  });

  it('reject with the worker’s reason when it has to stop', async () => {
    const stopping = new AbortController();
    const sender = await gateway(() => stopping.abort(new Error('the worker is stopping')));
    await expect(sender.send(sms, 'task-1', stopping.signal)).rejects.toThrow('the worker is stopping');
  });
});
