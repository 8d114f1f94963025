import { defineEvent, EventRefusedError, QueueEvents, QueueModule, TaskQueue } from '@app/queue';
import { Connector, MemoryBroker } from '@app/queue/testing';
import { Test } from '@nestjs/testing';
import { z } from 'zod';

const news = defineEvent({ name: 'news', exchange: 'news', type: 'fanout', payload: z.string() });

describe('an event that one of its queues refuses', () => {
  it('is an error that says it may be stored in others, with the id to publish it again by', async () => {
    const broker = new MemoryBroker();
    const module = await Test.createTestingModule({
      imports: [QueueModule.forRoot({ tasks: [], events: [news], eventsStream: 'off' })],
    })
      .overrideProvider(Connector)
      .useValue(broker)
      .compile();
    const app = module.createNestApplication();
    await app.init();
    const channel = await broker.connect().createChannel();
    await channel.assertExchange('news', 'fanout', { durable: true });
    await channel.assertQueue('full', { maxLength: 1, arguments: { 'x-overflow': 'reject-publish' } });
    await channel.assertQueue('empty');
    for (const queue of ['full', 'empty']) await channel.bindQueue(queue, 'news', '');
    channel.sendToQueue('full', Buffer.from('it is full'));
    await channel.checkQueue('full'); // it has the message

    const told: unknown[] = [];
    app.get(QueueEvents).on('event.unpublished', (event) => told.push(event));
    const refused: unknown = await app
      .get(TaskQueue)
      .publish(news, 'one')
      .catch((error: unknown) => error);
    const [stored] = broker.messages('empty');
    expect(refused).toBeInstanceOf(EventRefusedError);
    expect(refused).toMatchObject({ exchange: 'news', id: stored?.id });
    expect(told).toEqual([
      { id: stored?.id, name: 'news', exchange: 'news', isUnroutable: false, error: String(refused) },
    ]);
    expect(broker.counts('full')).toMatchObject({ ready: 1 });

    await channel.purgeQueue('full');
    const { id } = refused as EventRefusedError;
    expect(await app.get(TaskQueue).publish(news, 'one', { id })).toEqual({ id, exchange: 'news' });
    expect(broker.messages('full').map((message) => message.id)).toEqual([id]);
    await app.close();
  });
});
