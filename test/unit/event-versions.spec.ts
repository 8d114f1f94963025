import { connectWorker, defineEvent, defineQueue, QueueModule, TaskQueue } from '@app/queue';
import type { EventDefinition } from '@app/queue';
import { Connector, MemoryBroker } from '@app/queue/testing';
import { Controller, Logger } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { z } from 'zod';

const common = { name: 'letter.sent', exchange: 'letters' };
const first = defineEvent({ ...common, payload: z.strictObject({ to: z.string() }) });
const second = defineEvent({
  ...common,
  version: 2,
  upcasters: { 1: (payload) => ({ recipient: payload }) },
  payload: z.strictObject({ recipient: z.strictObject({ to: z.string() }) }),
});
const third = defineEvent({ ...common, version: 3, payload: z.strictObject({ name: z.string() }) });
const archive = defineQueue({ name: 'archive', bindings: [{ exchange: 'letters', pattern: 'letter.*' }] });

let broker: MemoryBroker;
let heard: unknown[];
const apps: INestApplication[] = [];

@Controller()
class ArchiveController {
  @EventPattern<string>('letter.sent')
  keep(@Payload() payload: unknown): void {
    heard.push(payload);
  }
}

async function open(event: EventDefinition, controllers: Type[] = []): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [QueueModule.forRoot({ tasks: [], queues: [archive], events: [event], eventsStream: 'off' })],
    controllers,
  })
    .overrideProvider(Connector)
    .useValue(broker)
    .compile();
  const app = module.createNestApplication();
  Logger.overrideLogger(false);
  apps.push(app);
  return app.init();
}

beforeEach(async () => {
  broker = new MemoryBroker();
  heard = [];
  const worker = await open(second, [ArchiveController]);
  await connectWorker(worker);
  await worker.startAllMicroservices();
});

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

describe('an event of another version than the worker’s', () => {
  it('is lifted when it is an older one', async () => {
    await (await open(first)).get(TaskQueue).publish(first, { to: 'Ada' });
    await broker.settled();
    expect(heard).toEqual([{ recipient: { to: 'Ada' } }]);
  });

  it('is put aside when it is a newer one, with that reason', async () => {
    await (await open(third)).get(TaskQueue).publish(third, { name: 'Ada' });
    await broker.settled();
    expect(heard).toEqual([]);
    expect(broker.messages('archive.dlq')).toMatchObject([
      { headers: { 'x-dead-letter-reason': 'newer-version', 'x-task-version': 3 } },
    ]);
  });
});
