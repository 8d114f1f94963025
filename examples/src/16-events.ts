// An event is published once and comes into every queue that is bound to its exchange: who is interested says so, not who tells.
import { QueueEvents, QueueModule, TaskContext, TaskQueue, createWorker, defineEvent, defineQueue } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

// #region definitions
const exchange = 'example-orders';
const payload = z.object({ order: z.int() });
const orderPlaced = defineEvent({ name: 'order.placed', exchange, payload }); // type: 'topic' unless it says so
const stockChanged = defineEvent({ name: 'stock.changed', exchange, payload });
const queues = [
  defineQueue({ name: 'example-events-mails', bindings: [{ exchange, pattern: 'order.placed' }] }),
  defineQueue({ name: 'example-events-ledger', bindings: [{ exchange, pattern: 'order.*' }] }),
];
// #endregion

const seen: string[] = [];

@Controller()
class OrdersController {
  // #region handler
  @EventPattern<string>('order.*') // the queue’s attempts, delays and dead letters are its own
  note(@Payload() { order }: { order: number }, @Ctx() { queue, name }: TaskContext): void {
    seen.push(`${queue}: ${name} ${order}`);
  }
  // #endregion
}

@Module({
  imports: [QueueModule.forRoot({ ...broker, tasks: [], queues, events: [orderPlaced, stockChanged] })],
  controllers: [OrdersController],
})
class OrdersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(OrdersModule, quiet);
  await worker.listen();
  const bothDone = new Promise<void>((resolve) => {
    worker.get(QueueEvents).on('task.completed', () => seen.length === queues.length && resolve());
  });
  const queue = worker.get(TaskQueue);
  // #region publishing
  await queue.publish(orderPlaced, { order: 7 }); // confirmed: it is in every queue that is bound for it
  // #endregion
  await bothDone;
  console.log(seen.toSorted().join('\n'));
  await queue
    .publish(stockChanged, { order: 7 })
    .catch((error: Error) => console.log(`nobody is bound: ${error.name}`));
  await worker.close();
}
