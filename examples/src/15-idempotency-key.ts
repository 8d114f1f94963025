// Another service is told the task's id, as its idempotency key: it does the work once, however often it is asked.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const cardCharge = defineTask({
  name: 'card.charge',
  queue: 'example-idempotency-key',
  attempts: 3,
  backoff: fixed(100),
  timeout: 10_000,
  payload: z.object({ gateway: z.url(), cents: z.int() }),
});

@Controller()
class CardsController {
  // #region handler
  @Handles(cardCharge)
  async charge(
    @Payload() { gateway, cents }: { gateway: string; cents: number },
    @Ctx() { id, attempt, signal }: TaskContext,
  ): Promise<void> {
    if (id === undefined) throw new UnrecoverableError('without an id it could not be told from a second run');
    const headers = { 'Idempotency-Key': id };
    const answer = await fetch(gateway, { method: 'POST', headers, body: String(cents), signal });
    if (answer.status >= 500) throw new Error(`the gateway answers ${answer.status}`); // tried again
    if (!answer.ok) throw new UnrecoverableError(`the gateway refuses it: ${answer.status}`); // put aside
    if (attempt === 1) throw new Error('the worker dies here, after the work and before the acknowledgement');
  }
  // #endregion
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [cardCharge] })], controllers: [CardsController] })
class CardsModule {}

export async function main(): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.headers['idempotency-key']));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const worker = await createWorker(CardsModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { id } = await queue.add(cardCharge, { gateway, cents: 4_200 });
  await queue.result(id);
  console.log(`asked ${asked.length} times, charged ${new Set(asked).size} time`);
  await worker.close();
  server.close();
}
