// A queue's format says how its messages are written and read. Here they are CloudEvents, for programs that speak those.
import {
  Handles,
  QueueModule,
  TaskContext,
  TaskQueue,
  cloudEvents,
  createWorker,
  defineQueue,
  defineTask,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

// #region definition
const orders = defineQueue({ name: 'example-cloud-events', format: cloudEvents({ source: '/shop' }) });
const orderShip = defineTask({ name: 'com.example.order.ship', queue: orders, payload: z.object({ order: z.int() }) });
// #endregion

@Controller()
class OrdersController {
  @Handles(orderShip)
  ship(@Payload() { order }: { order: number }, @Ctx() context: TaskContext): void {
    console.log(`what travels: ${context.getMessage().content.toString()}`);
    for (const name of ['specversion', 'type', 'source'])
      console.log(`  ${name}: ${String(context.headers[`cloudEvents:${name}`])}`);
    console.log(`what the handler gets: ${order}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [orderShip] })], controllers: [OrdersController] })
class OrdersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(OrdersModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(orderShip, { order: 7 });
  await queue.result(id);
  await worker.close();
}
