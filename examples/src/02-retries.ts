// A run that fails is tried again after its backoff. The task waits in the broker meanwhile, and takes up nobody's time.
import { Handles, QueueModule, TaskContext, TaskQueue, createWorker, defineTask, exponential } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

// #region definition
const mailSend = defineTask({
  name: 'mail.send',
  queue: 'example-retries',
  attempts: 5,
  backoff: exponential({ initial: 100, max: 10_000 }),
  payload: z.object({ to: z.email() }),
});
// #endregion

@Controller()
class MailController {
  // #region handler
  @Handles(mailSend)
  send(@Payload() { to }: PayloadOf<typeof mailSend>, @Ctx() { attempt, attempts }: TaskContext): { sentTo: string } {
    const isAway = attempt < 3;
    console.log(`attempt ${attempt} of ${attempts}: the mail server ${isAway ? 'is away' : 'took it'}`);
    if (isAway) throw new Error('no answer'); // tried again after about 100 ms, then 200 ms, 400 ms ...
    return { sentTo: to };
  }
  // #endregion
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [mailSend] })], controllers: [MailController] })
class MailModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(MailModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(mailSend, { to: 'ada@example.com' });
  console.log('result:', await queue.result(id));
  await worker.close();
}
