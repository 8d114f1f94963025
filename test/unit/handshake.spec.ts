import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { runModule } from '../support/run-module';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A program that is no broker. */
async function stranger(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    answer(socket);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** @param timeout milliseconds; long for who answers, at last */
const reasonOf = (port: number, timeout = 30_000) =>
  runModule(
    'broker/handshake.mjs',
    `({ shakeHands }, [port, timeout]) =>
      shakeHands('amqp://127.0.0.1:' + port, { timeout }).catch((error) => error.message)`,
    [port, timeout],
  );

describe('a broker is known by its login, not by an open port', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'does not speak AMQP 0-9-1'],
    ['wants another AMQP', (socket) => socket.end('AMQP\x00\x01\x00\x00'), 'does not speak AMQP 0-9-1'],
    ['hangs up', (socket) => socket.end(), 'closed the connection without a word'],
  ])('a program that %s is none', async (_what, answer, reason) => {
    expect(await reasonOf(await stranger(answer))).toBe(reason);
  });

  it('a program that is silent is none', async () => {
    expect(await reasonOf(await stranger(() => undefined), 300)).toBe('no answer in 300 ms');
  });

  it('a closed port is none', async () => {
    const port = await stranger(() => undefined);
    servers.pop()?.close();
    expect(await reasonOf(port)).toBe(`connect ECONNREFUSED 127.0.0.1:${port}`);
  });
});
