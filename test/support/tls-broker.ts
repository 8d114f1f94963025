import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Certificate } from './certificates';
import { freePort } from './free-port';
import { PrivateNode } from './private-node';

/** A broker that is reached by TLS, on a loopback port. */
export interface TlsBroker {
  /** `amqps://`, login included. */
  readonly url: string;
  close(): Promise<void>;
}

/** RabbitMQ's own TLS listener, on a node of the test's own. In a container it could not read our files: there TLS ends in front of it. */
export async function tlsNode(certificate: Certificate): Promise<TlsBroker> {
  if (process.env['WARREN_TEST_NODE_KIND'] === 'docker') return tlsFront(certificate);
  const directory = mkdtempSync(join(tmpdir(), 'warren-test-'));
  const file = (name: string, content: string): string => {
    const path = join(directory, 'etc', name);
    writeFileSync(path, content);
    return path;
  };
  mkdirSync(join(directory, 'etc/conf.d'), { recursive: true });
  const port = await freePort();
  const lines = [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.certfile = ${file('server.pem', certificate.certificate)}`,
    `ssl_options.keyfile = ${file('server.key', certificate.key)}`,
  ];
  file('conf.d/tls.conf', `${lines.join('\n')}\n`);
  const node = await PrivateNode.start(directory);
  return { url: `amqps://guest:guest@127.0.0.1:${port}`, close: () => node.stop() };
}

/** The suite's broker, with TLS that ends in front of it as at a load balancer. */
export async function tlsFront({ certificate, key }: Certificate): Promise<TlsBroker> {
  const broker = new URL(String(process.env['WARREN_TEST_URL']));
  const server = createServer({ cert: certificate, key }, (client) => {
    const upstream = connect(Number(broker.port), broker.hostname);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.on('tlsClientError', () => undefined); // a client that does not trust us leaves in the middle of the handshake
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(`amqps://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { url: withLogin(url, broker), close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function withLogin(url: URL, { username, password }: URL): string {
  return Object.assign(url, { username, password }).href;
}
