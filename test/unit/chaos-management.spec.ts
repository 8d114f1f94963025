import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runModule } from '../support/run-module';

describe('a chaos run that asks what is left in the queues', () => {
  it('does not count what streams keep: that is never taken out, and nobody would wait for it', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end(
        JSON.stringify([
          { name: 'work', type: 'quorum', messages: 3 },
          { name: 'work.dlq', type: 'classic', messages: 4 },
          { name: 'new', type: 'quorum' },
          { name: 'warren.events', type: 'stream', messages: 9_606 },
        ]),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const left = await runModule(
      'chaos/management.mjs',
      '({ Management }, url) => new Management([url]).messages()',
      `http://guest:guest@127.0.0.1:${port}/`,
    );
    server.close();
    expect([left, asked]).toEqual([7, ['/api/queues?columns=name,type,messages']]);
  });
});
