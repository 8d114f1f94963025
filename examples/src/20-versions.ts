// A payload may change: what its older version has added is lifted to the new one, and what a newer one has added waits aside.
import { Handles, QueueEvents, QueueModule, TaskQueue, createWorker, defineTask } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

// #region definition
const firstPayload = z.strictObject({ to: z.string() });
const letterPrint = defineTask({
  name: 'letter.print',
  queue: 'example-versions',
  version: 2,
  upcasters: {
    1: (payload) => ({ recipient: { name: firstPayload.parse(payload).to } }), // makes version 2 of version 1
  },
  payload: z.strictObject({ recipient: z.strictObject({ name: z.string() }) }),
});
// #endregion

// What programs have that were deployed yesterday, and tomorrow.
const common = { name: 'letter.print', queue: 'example-versions' };
const yesterdays = defineTask({ ...common, payload: firstPayload });
const tomorrows = defineTask({ ...common, version: 3, payload: z.strictObject({ address: z.string() }) });

@Controller()
class LettersController {
  @Handles(letterPrint)
  print(@Payload() { recipient }: PayloadOf<typeof letterPrint>): void {
    console.log(`printed for ${recipient.name}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [letterPrint] })], controllers: [LettersController] })
class LettersModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(LettersModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const older = await queue.add(yesterdays, { to: 'Ada' });
  await queue.result(older.id);
  const current = await queue.add(letterPrint, { recipient: { name: 'Grace' } });
  await queue.result(current.id);
  const putAside = nextEvent(worker.get(QueueEvents), 'task.dead-lettered');
  await queue.add(tomorrows, { address: '12 St James’s Square' });
  console.log(`version 3 is put aside: ${(await putAside).reason}`); // given back once the workers know it
  await worker.close();
}
