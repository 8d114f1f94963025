import { defineQueue, defineTask } from '@app/queue';
import { QueueOperations } from '@app/queue/operating';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { freePort } from '../support/free-port';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const images = defineQueue({ name: 'images' });
const resize = defineTask({ name: 'resize', queue: images, payload: z.string() });
const mail = defineTask({ name: 'mail', queue: defineQueue({ name: 'mails', type: 'classic' }), payload: z.string() });
const tasks = [resize, mail];

let vhost: Vhost;
const closing = closingAfterEach();

beforeEach(async () => {
  vhost = await Vhost.open();
  closing(vhost);
});

const operate = (url = vhost.url): QueueOperations => closing(new QueueOperations({ urls: [url], tasks }));

/** The queues as a worker declares them. */
async function declare(): Promise<void> {
  const worker = await TestWorker.create({ urls: [vhost.url], tasks });
  await worker.queue.add(resize, 'declares', { delay: 600_000 });
  await worker.queue.add(mail, 'declares');
  await worker.close();
}

describe('operating without Nest', () => {
  it('counts what the queues hold, and what is not there yet', async () => {
    const operations = operate();
    const nothing = { ready: undefined, consumers: undefined, dead: undefined, quarantined: undefined, problems: [] };
    expect(await operations.counts()).toEqual({
      queues: [
        { queue: 'images', state: 'missing', ...nothing },
        { queue: 'mails', state: 'missing', ...nothing },
      ],
      delayed: undefined,
      undelivered: undefined,
    });

    await declare();
    await operations.tasks.add(resize, 'one more');
    vhost.publish('images.dlq', '{}');
    await vhost.settles('images', { ready: 1, unacked: 0, dead: 1 });
    expect(await operations.counts()).toEqual({
      queues: [
        { queue: 'images', state: 'there', ready: 1, consumers: 0, dead: 1, quarantined: 0, problems: [] },
        { queue: 'mails', state: 'there', ready: 1, consumers: 0, dead: 0, quarantined: 0, problems: [] },
      ],
      delayed: 1,
      undelivered: 0,
    });
  });

  it('says which broker answers', async () => {
    const { product, version, url, milliseconds } = await operate().broker();
    expect({ product, url }).toEqual({ product: 'RabbitMQ', url: expect.stringMatching(/^amqp:\/\/\w+:\*\*\*@/) });
    expect(version).toMatch(/^\d+\.\d+/);
    expect(milliseconds).toBeGreaterThan(0);
  });

  it('is told at once that no node answers, and why', async () => {
    const port = await freePort();
    const urls = [`amqp://127.0.0.1:${port}`, `amqp://localhost:${port}/other`];
    const operations = closing(new QueueOperations({ urls, tasks, connectTimeout: 600_000 }));
    await expect(operations.broker()).rejects.toThrow(/could not be reached \(.*ECONNREFUSED.*\)\. Nothing was done/);
  });

  it('is told that the broker lets nobody in', async () => {
    const url = new URL(vhost.url);
    url.password = 'wrong';
    await expect(operate(url.href).counts()).rejects.toThrow('refuses the user or the password');
  });
});
