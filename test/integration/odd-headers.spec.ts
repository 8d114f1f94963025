import { defineQueue, defineTask } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { z } from 'zod';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const task = defineTask({ name: 'fails', queue: defineQueue({ name: 'work', type: 'classic' }), payload: z.unknown() });

@Controller()
class FailingController {
  @EventPattern<string>('fails')
  fails(): never {
    throw Object.assign(new Error('漢'.repeat(50_000)), { name: 7, stack: '漢'.repeat(50_000) });
  }
}

let vhost: Vhost;
let worker: TestWorker;

beforeAll(async () => {
  vhost = await Vhost.open();
  worker = await TestWorker.start({ urls: [vhost.url], tasks: [task], controllers: [FailingController] });
});

afterAll(async () => {
  await worker.close();
  await vhost.close();
});

describe('a task that fails with headers that cannot be published again', () => {
  it.each<[string, unknown]>([
    ['large ones', 'x'.repeat(65_000)],
    ['a number that the AMQP client reads and cannot write', { '!': 'double', value: -1e300 }],
    ['a fraction that the AMQP client takes for a whole number', { '!': 'double', value: 2 ** 50 + 0.5 }],
  ])('is dead-lettered without them, and with the others: %s', async (_what, odd) => {
    worker.events.length = 0;
    vhost.publish('work', '{"pattern":"fails"}', { messageId: 'id-1', headers: { before: 1, odd, after: 2 } });
    await worker.sees('task.dead-lettered');
    const { headers } = (await vhost.take('work.dlq')).properties;
    expect(headers).toMatchObject({ before: 1, after: 2, 'x-dropped-headers': 'odd', 'x-error-name': 'Error' });
    expect(headers).not.toHaveProperty('odd');
    expect(worker.seen('handover.postponed')).toEqual([]);
    expect(worker.seen('connection.lost')).toEqual([]);
  });
});
