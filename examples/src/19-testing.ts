// What adds a task and what handles it, written so that both can be tested: the tests in 19-testing.spec.ts need no broker.
import { Handles, QueueEvents, QueueModule, TaskQueue, createWorker, defineTask, fixed } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Controller, Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

export const parcelShip = defineTask({
  name: 'parcel.ship',
  queue: 'example-testing',
  attempts: 3,
  backoff: fixed(60_000),
  payload: z.object({ order: z.int() }),
});
export const parcelTell = defineTask({
  name: 'parcel.tell',
  queue: 'example-testing',
  payload: z.object({ order: z.int(), parcel: z.string() }),
});

/** What the handler needs from outside is a class: a test puts another one in its place. */
@Injectable()
export class Carrier {
  collect(order: number): Promise<string> {
    return Promise.resolve(`P-${order}`);
  }
}

@Injectable()
export class Shop {
  constructor(private readonly queue: TaskQueue) {}

  async order(order: number): Promise<void> {
    await this.queue.add(parcelShip, { order }, { delay: 200 }); // time to change one's mind
  }
}

@Controller()
class ParcelsController {
  constructor(
    private readonly carrier: Carrier,
    private readonly queue: TaskQueue,
  ) {}

  @Handles(parcelShip)
  async ship(@Payload() { order }: PayloadOf<typeof parcelShip>): Promise<void> {
    const parcel = await this.carrier.collect(order);
    await this.queue.add(parcelTell, { order, parcel });
  }

  @Handles(parcelTell)
  tell(@Payload() { order, parcel }: PayloadOf<typeof parcelTell>): void {
    console.log(`order ${order} is on its way as ${parcel}`);
  }
}

@Module({ controllers: [ParcelsController], providers: [Carrier, Shop] })
export class ParcelsModule {}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [parcelShip, parcelTell] }), ParcelsModule] })
class WorkerModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(WorkerModule, quiet);
  await worker.listen();
  const told = new Promise<void>((resolve) => {
    worker.get(QueueEvents).on('task.completed', ({ name }) => name === parcelTell.name && resolve());
  });
  await worker.get(Shop, { strict: false }).order(7);
  await told;
  await worker.close();
}
