import { connectWorker, defineEvent, defineQueue, TaskQueue } from '@app/queue';
import type { EventDefinition } from '@app/queue';
import { MemoryBroker } from '@app/queue/testing';
import { Controller } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { openOn } from '../support/memory-app';

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
  const app = await openOn(broker, { tasks: [], queues: [archive], events: [event] }, controllers);
  apps.push(app);
  return app;
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
