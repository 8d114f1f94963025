import { connectWorker, defineTask, QueueModule, TaskQueue } from '@app/queue';
import { Connector, MemoryBroker, runTask } from '@app/queue/testing';
import { Controller, Logger, Module } from '@nestjs/common';
import type { CanActivate, ExceptionFilter } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { of } from 'rxjs';
import type { Observable } from 'rxjs';
import { z } from 'zod';

const greet = defineTask({ name: 'greet', payload: z.string() });
let handled: string[] = [];

class OfTheHttpSide implements CanActivate, ExceptionFilter {
  canActivate(): boolean {
    return false;
  }
  catch(error: Error): Observable<string> {
    return of(`filtered: ${error.message}`);
  }
}

@Controller()
class Greetings {
  @EventPattern<string>(greet.name)
  greet(@Payload() name: string): string {
    handled.push(name);
    return `Hello ${name}`;
  }
}

@Module({
  controllers: [Greetings],
  providers: [
    { provide: APP_GUARD, useClass: OfTheHttpSide },
    { provide: APP_FILTER, useClass: OfTheHttpSide },
  ],
})
class AppModule {}

beforeEach(() => {
  handled = [];
});

describe('APP_GUARD and its kin', () => {
  it('stay with the HTTP side: in a worker that listens', async () => {
    const broker = new MemoryBroker();
    const queues = QueueModule.forRoot({ tasks: [greet], eventsStream: 'off' });
    const module = await Test.createTestingModule({ imports: [queues, AppModule] })
      .overrideProvider(Connector)
      .useValue(broker)
      .compile();
    Logger.overrideLogger(false);
    const app = module.createNestApplication();
    await connectWorker(app);
    await app.startAllMicroservices();
    await app.get(TaskQueue).add(greet, 'Ada');
    await broker.settled();
    expect(handled).toEqual(['Ada']);
    await app.close();
  });

  it('and so in runTask', async () => {
    expect(await runTask(AppModule, greet, 'Ada')).toMatchObject({ outcome: 'completed', result: 'Hello Ada' });
  });

  it('hold for handlers where runTask is told so, as in a worker without HTTP', async () => {
    const run = await runTask(AppModule, greet, 'Ada', { inheritAppConfig: true });
    expect(run).toMatchObject({ outcome: 'completed', result: 'filtered: Forbidden resource' });
    expect(handled).toEqual([]);
  });
});
