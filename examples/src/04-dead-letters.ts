// What cannot run is kept aside with its reason, until somebody looks at it and gives it back.
import {
  DeadLetterQueues,
  Handles,
  QueueEvents,
  QueueModule,
  TaskQueue,
  UnrecoverableError,
  createWorker,
  defineTask,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const customers = new Set(['Ada']);

const invoiceSend = defineTask({
  name: 'invoice.send',
  queue: 'example-dead-letters',
  attempts: 5,
  payload: z.object({ customer: z.string() }),
});

@Controller()
class InvoicesController {
  @Handles(invoiceSend)
  send(@Payload() { customer }: { customer: string }): void {
    if (!customers.has(customer)) throw new UnrecoverableError(`there is no ${customer}`); // trying again cannot help
    console.log(`sent to ${customer}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [invoiceSend] })], controllers: [InvoicesController] })
class InvoicesModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(InvoicesModule, quiet);
  await worker.listen();
  const events = worker.get(QueueEvents);
  const putAside = nextEvent(events, 'task.dead-lettered');
  await worker.get(TaskQueue).add(invoiceSend, { customer: 'Grace' });
  await putAside;
  const deadLetters = worker.get(DeadLetterQueues);
  for await (const { name, reason, error } of deadLetters.list({ queue: 'example-dead-letters' }))
    console.log(`${name} is ${reason}: ${error?.message}`);
  customers.add('Grace'); // somebody has mended it
  const completed = nextEvent(events, 'task.completed');
  const { done } = await deadLetters.redrive({ queue: 'example-dead-letters' }, { by: 'anna' });
  await completed;
  console.log(`given back: ${done}`);
  await worker.close();
}
