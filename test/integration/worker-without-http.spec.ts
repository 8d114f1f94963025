import { QueueModule, TaskQueue, TaskServer, createWorker, defineQueue, defineTask } from '@app/queue';
import { Catch, Controller, Injectable, Module } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExecutionContext,
  NestInterceptor,
  OnModuleDestroy,
  PipeTransform,
  RpcExceptionFilter,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const queue = defineQueue({ name: 'quiet', type: 'classic' });
const task = defineTask({ name: 'quiet task', queue, payload: z.object({ text: z.string() }), attempts: 1 });

const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

/** The enhancers of an app that were asked, by the tokens that made them global. */
const asked = new Set<string>();

@Catch()
class AppFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    asked.add('APP_FILTER');
    return throwError(() => error);
  }
}

@Injectable()
class AppGuard implements CanActivate {
  canActivate(): boolean {
    asked.add('APP_GUARD');
    return true;
  }
}

@Injectable()
class AppInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    asked.add('APP_INTERCEPTOR');
    return next.handle();
  }
}

@Injectable()
class AppPipe implements PipeTransform {
  transform(value: unknown): unknown {
    asked.add('APP_PIPE');
    return value;
  }
}

describe('a worker without HTTP', () => {
  it('asks what the app has made global, its filter before the one that keeps the error', async () => {
    @Controller()
    class FailingController {
      @EventPattern<string>(task.name)
      handle(): void {
        throw new RangeError('too far');
      }
    }

    @Module({
      imports: [QueueModule.forRoot({ urls: [vhost.url], tasks: [task] })],
      controllers: [FailingController],
      providers: [
        { provide: APP_FILTER, useClass: AppFilter },
        { provide: APP_GUARD, useClass: AppGuard },
        { provide: APP_INTERCEPTOR, useClass: AppInterceptor },
        { provide: APP_PIPE, useClass: AppPipe },
      ],
    })
    class GuardedModule {}

    const worker = closing(await createWorker(GuardedModule, { logger: false }));
    await worker.listen();
    await worker.get(TaskQueue).add(task, { text: 'fails' });
    const { properties } = await vhost.take(`${queue.name}.dlq`);
    expect(properties.headers).toMatchObject({ 'x-error-name': 'RangeError' });
    expect([...asked].toSorted()).toEqual(['APP_FILTER', 'APP_GUARD', 'APP_INTERCEPTOR', 'APP_PIPE']);
  });

  it('handles tasks, keeps the error of one that fails, and stops politely', async () => {
    const happened: string[] = [];
    let release = (): void => undefined;

    @Controller()
    class QuietController {
      @EventPattern<string>(task.name)
      async handle(@Payload() { text }: { text: string }): Promise<void> {
        happened.push(`began ${text}`);
        if (text === 'fails') throw new TypeError('no such thing');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        happened.push(`ended ${text}`);
      }
    }

    @Module({
      imports: [QueueModule.forRoot({ urls: [vhost.url], tasks: [task], concurrency: 2, shutdownTimeout: 5_000 })],
      controllers: [QuietController],
    })
    class QuietModule implements OnModuleDestroy {
      constructor(private readonly server: TaskServer) {}

      async onModuleDestroy(): Promise<void> {
        await this.server.drain();
        happened.push('closed');
      }
    }

    const worker = closing(await createWorker(QuietModule, { logger: false }));
    expect('getHttpServer' in worker).toBe(false);
    expect(worker.get(TaskServer).problems).toHaveLength(1); // it is to consume and does not yet
    await worker.listen();
    expect(worker.get(TaskServer).problems).toEqual([]);

    await worker.get(TaskQueue).add(task, { text: 'fails' });
    const { properties } = await vhost.take(`${queue.name}.dlq`);
    expect(properties.headers).toMatchObject({ 'x-error-name': 'TypeError', 'x-error-message': 'no such thing' });

    await worker.get(TaskQueue).add(task, { text: 'works' });
    await waitFor('it to run', () => happened.includes('began works'));
    const stopped = worker.close();
    await waitFor('its consumer to be cancelled', async () => (await vhost.consumers(queue.name)) === 0);
    release();
    await stopped;
    expect(happened).toEqual(['began fails', 'began works', 'ended works', 'closed']);
    expect((await vhost.channel.checkQueue(queue.name)).messageCount).toBe(0);
  });
});
