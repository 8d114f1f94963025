import { Controller, Inject, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Ctx, EventPattern, Payload, RmqContext, Transport } from '@nestjs/microservices';
import type { MicroserviceOptions, RmqOptions } from '@nestjs/microservices';
import type { Channel, Message } from 'amqplib';
import { lastValueFrom } from 'rxjs';
import type { Producer } from '../adding';
import type { Handling } from '../handling';
import type { Trial } from '../trial';
import { kindsOf } from '../kinds';
import type { BenchWorker } from '../kinds';
import { TASK } from '../payload';
import type { BenchPayload } from '../payload';

/** Nest's own RMQ transport: persistent, durable, acknowledged by hand; its sockets as they are by default. */
export const kinds = kindsOf({ openProducer, openWorker });

const HANDLING = Symbol('handling');

@Controller()
class TaskController {
  constructor(@Inject(HANDLING) private readonly handling: Handling) {}

  @EventPattern<string>(TASK)
  async handle(@Payload() payload: unknown, @Ctx() context: RmqContext): Promise<void> {
    await this.handling.handle(payload);
    (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
  }
}

@Module({})
class WorkerModule {
  static for(handling: Handling): DynamicModule {
    return {
      module: WorkerModule,
      controllers: [TaskController],
      providers: [{ provide: HANDLING, useValue: handling }],
    };
  }
}

function transportFor({ broker, queue, queueType, concurrency = 1 }: Trial): RmqOptions {
  return {
    transport: Transport.RMQ,
    options: {
      urls: [broker.amqp],
      queue,
      queueOptions: { durable: true, ...(queueType === 'quorum' && { arguments: { 'x-queue-type': 'quorum' } }) },
      persistent: true,
      noAck: false,
      prefetchCount: concurrency,
    },
  };
}

async function openProducer(trial: Trial): Promise<Producer> {
  const { transport, options } = transportFor(trial);
  // A client that consumes the answers of requests does so without acknowledging.
  const client = ClientProxyFactory.create({ transport, options: { ...options, noAck: true } });
  await client.connect();
  const add = (payload: BenchPayload): Promise<unknown> =>
    lastValueFrom(client.emit(TASK, payload), { defaultValue: undefined });
  return {
    add,
    addBulk: (payloads) => Promise.all(payloads.map(add)),
    close: async () => {
      await client.close();
    },
  };
}

async function openWorker(trial: Trial, handling: Handling): Promise<BenchWorker> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    WorkerModule.for(handling),
    transportFor(trial),
  );
  return { start: () => app.listen(), close: () => app.close() };
}
