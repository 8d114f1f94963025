// A queue with a seal takes only what is signed by who has the key, and shows nobody else what it says.
import { randomBytes } from 'node:crypto';
import {
  Handles,
  QueueEvents,
  QueueModule,
  TaskContext,
  TaskQueue,
  createWorker,
  defineQueue,
  defineTask,
  messageKeys,
  nestFormat,
  sealed,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

// From settings that are secret. One key has one use.
const newKey = (): string => `2026-11:${randomBytes(32).toString('base64')}`;
const secrets = { signing: newKey(), encryption: newKey() };
const name = 'example-sealed-messages';
const payload = z.object({ card: z.string() });
// #region seal
const signing = () => messageKeys(secrets.signing); // "2026-11:base64,2026-05:base64", from a setting that is secret
const encryption = () => messageKeys(secrets.encryption); // `openssl rand -base64 32` makes such a key
const format = sealed(nestFormat, { sign: { keys: signing }, encrypt: { keys: encryption } });
const payments = defineQueue({ name, format });
// #endregion
const paymentTake = defineTask({ name: 'payment.take', queue: payments, payload });
const forged = defineTask({ name: 'payment.take', queue: name, payload }); // by somebody who may write to the queue

@Controller()
class PaymentsController {
  @Handles(paymentTake)
  take(@Payload() { card }: { card: string }, @Ctx() context: TaskContext): void {
    const isHidden = !context.getMessage().content.includes(card);
    console.log(`took ${card}; in the message it is ${isHidden ? 'hidden' : 'there for all to see'}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [paymentTake] })], controllers: [PaymentsController] })
class PaymentsModule {}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [forged] })] })
class StrangersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(PaymentsModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(paymentTake, { card: '4111 1111' });
  await queue.result(id);

  const stranger = await createWorker(StrangersModule, quiet); // adds only: it does not listen
  const putAside = nextEvent(worker.get(QueueEvents), 'task.dead-lettered');
  await stranger.get(TaskQueue).add(forged, { card: '0000 0000' });
  console.log(`a stranger’s: ${(await putAside).reason}`);
  await stranger.close();
  await worker.close();
}
