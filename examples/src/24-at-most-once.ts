// At most once: acknowledged before its run, for what must never be done twice. What fails is put aside, and not tried again.
import { Handles, QueueEvents, QueueModule, TaskQueue, createWorker, defineTask } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const alarmSound = defineTask({
  name: 'alarm.sound',
  queue: 'example-at-most-once',
  acknowledge: 'before', // a worker that dies in the run loses the task: rather none than two
  payload: z.string(),
});

@Controller()
class AlarmsController {
  @Handles(alarmSound)
  sound(@Payload() where: string): void {
    console.log(`alarm in the ${where}`);
    throw new Error('the siren does not answer');
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [alarmSound] })], controllers: [AlarmsController] })
class AlarmsModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(AlarmsModule, quiet);
  await worker.listen();
  const putAside = nextEvent(worker.get(QueueEvents), 'task.dead-lettered');
  await worker.get(TaskQueue).add(alarmSound, 'cellar');
  const { attempt, reason } = await putAside;
  console.log(`after run ${attempt}: ${reason}`);
  await worker.close();
}
