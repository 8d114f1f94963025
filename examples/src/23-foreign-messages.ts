// Another program's messages: a rule of the queue says which task a body of its own is, and what is none is kept aside.
import { Handles, QueueEvents, QueueModule, createWorker, defineQueue, defineTask, foreignJson } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { connect } from 'amqplib';
import { z } from 'zod';
import { broker, quiet } from './broker';
import { nextEvent } from './next-event';

const name = 'example-foreign-messages';
const hashes = defineQueue({
  name,
  format: foreignJson(({ task, param }) =>
    task === 'cpu_bound' ? { name: 'hash', payload: { rounds: Number(param) } } : undefined,
  ),
});
const hash = defineTask({ name: 'hash', queue: hashes, payload: z.strictObject({ rounds: z.int() }) });

@Controller()
class HashesController {
  @Handles(hash)
  hash(@Payload() { rounds }: { rounds: number }): void {
    console.log(`hashed, ${rounds} rounds`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [hash] })], controllers: [HashesController] })
class HashesModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(HashesModule, quiet);
  await worker.listen();
  const events = worker.get(QueueEvents);
  const stranger = await connect(broker.urls[0] ?? ''); // any AMQP client in any language
  const channel = await stranger.createChannel();
  const done = nextEvent(events, 'task.completed');
  channel.sendToQueue(name, Buffer.from('{"task":"cpu_bound","param":"3"}'));
  await done;
  const putAside = nextEvent(events, 'task.dead-lettered');
  channel.sendToQueue(name, Buffer.from('three rounds, please'));
  console.log(`three rounds, please: ${(await putAside).reason}`);
  await stranger.close();
  await worker.close();
}
