// An application on Nest's own RMQ transport, with Nest's own client: one line makes it Warren's, and what fails is tried again.
import { TaskContext, fixed, warrenTransport } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Ctx, EventPattern, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import type { RmqOptions } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { broker, quiet } from './broker';

const rmq: RmqOptions = {
  transport: Transport.RMQ,
  options: { urls: [...broker.urls], queue: 'example-nest-transport' },
};

let fedAtLast = (): void => undefined;
const isFed = new Promise<void>((resolve) => (fedAtLast = resolve));

@Controller()
class CatsController {
  @MessagePattern('sum')
  sum(@Payload() numbers: number[]): number {
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  @EventPattern<string>('cat.hungry')
  feed(@Payload() name: string, @Ctx() { attempt }: TaskContext): void {
    console.log(`attempt ${attempt}: ${name} is hungry`);
    if (attempt === 1) throw new Error('the bowl is empty'); // Nest's transport would leave it unacknowledged for ever
    fedAtLast();
  }
}

@Module({ controllers: [CatsController] })
class CatsModule {}

export async function main(): Promise<void> {
  const policy = { attempts: 2, backoff: fixed(100) };
  const app = await NestFactory.createMicroservice(CatsModule, { ...warrenTransport(rmq, { policy }), ...quiet });
  await app.listen();
  const client = ClientProxyFactory.create(rmq);
  console.log(`the sum is ${await firstValueFrom(client.send<number>('sum', [1, 2, 3]))}`);
  await lastValueFrom(client.emit('cat.hungry', 'Tom'), { defaultValue: undefined });
  await isFed;
  await client.close();
  await app.close();
}
