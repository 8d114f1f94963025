// A task may run twice: its worker may die after the work and before the acknowledgement. In a database the id is a unique key.
import {
  Handles,
  QueueModule,
  TaskContext,
  TaskQueue,
  UnrecoverableError,
  createWorker,
  defineTask,
  fixed,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

const paymentBook = defineTask({
  name: 'payment.book',
  queue: 'example-unique-key',
  attempts: 2,
  backoff: fixed(100),
  payload: z.object({ cents: z.int() }),
});

/** Stands for a table with a unique index on task_id. */
const payments = new Map<string, number>();

@Controller()
class PaymentsController {
  // #region handler
  @Handles(paymentBook)
  book(@Payload() { cents }: { cents: number }, @Ctx() { id, attempt }: TaskContext): void {
    if (id === undefined) throw new UnrecoverableError('without an id it could not be told from a second run');
    // In SQL, in one transaction with whatever else the task changes:
    //   INSERT INTO payments (task_id, cents) VALUES ($1, $2) ON CONFLICT (task_id) DO NOTHING
    const isNew = !payments.has(id);
    if (isNew) payments.set(id, cents);
    console.log(isNew ? `booked ${cents}` : 'booked before: nothing to do');
    if (attempt === 1) throw new Error('the worker dies here, after the work and before the acknowledgement');
  }
  // #endregion
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [paymentBook] })], controllers: [PaymentsController] })
class PaymentsModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(PaymentsModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(paymentBook, { cents: 4_200 });
  await queue.result(id);
  console.log(`payments: ${payments.size}`);
  await worker.close();
}
