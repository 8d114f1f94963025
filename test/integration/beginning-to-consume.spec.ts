import { defineQueue, defineTask } from '@app/queue';
import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 5 });
const task = defineTask({ name: 'task', queue, payload: z.string() });

const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

@Controller()
class NothingController {
  @EventPattern<string>('task')
  nothing(): void {}
}

describe('a worker whose queue holds tasks when it comes', () => {
  it('says that it consumes before it begins the first: a supervisor must know it when that one ends the worker', async () => {
    const options = { urls: [vhost.url], tasks: [task], controllers: [NothingController] };
    const worker = closing(await TestWorker.create(options));
    await worker.queue.addBulk(['a', 'b', 'c', 'd', 'e'].map((payload) => ({ task, payload })));
    const inQueue = async (): Promise<boolean> => (await vhost.channel.checkQueue('work')).messageCount === 5;
    await waitFor('all to be there', inQueue);
    await worker.listen();
    await worker.sees('task.completed', 5);
    const order = worker.events.map(({ event }) => event).filter((event) => event.endsWith('.started'));
    expect(order).toEqual(['consumer.started', ...Array.from({ length: 5 }, () => 'task.started')]);
  });
});
