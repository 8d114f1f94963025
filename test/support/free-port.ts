import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { portRange } from './port-ranges';

/** A loopback port on which nobody listens now. */
export async function freePort(): Promise<number> {
  const [first, last] = portRange('listeners');
  for (;;) {
    const port = randomInt(first, last + 1);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
