import { QueueHealth, QueueModule, TaskQueue, TaskRegistry, defineQueue, defineTask } from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import { Controller, Injectable, Logger, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = (name: string) => defineQueue({ name, type: 'classic' });
const print = defineTask({ name: 'print', queue: queue('lines'), payload: z.string() });

const open = closingAfterEach();
let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

describe('the queue module', () => {
  it('takes its options from the app’s configuration, when that is ready', async () => {
    @Injectable()
    class Configuration {
      readonly urls = [vhost.url];
    }

    @Module({ providers: [Configuration], exports: [Configuration] })
    class ConfigurationModule {}

    @Injectable()
    class Reporter {
      constructor(readonly tasks: TaskQueue) {}
    }

    // Provides nothing of the queue itself: the module is global.
    @Module({ providers: [Reporter] })
    class FeatureModule {}

    const queueModule = QueueModule.forRootAsync({
      imports: [ConfigurationModule],
      inject: [Configuration],
      useFactory: async ({ urls }: Configuration) => {
        await new Promise((resolve) => setImmediate(resolve));
        return { urls, tasks: [print], queues: [queue('more')], publishTimeout: 5_000 };
      },
    });
    const app = await appOf(queueModule, FeatureModule);

    await app.get(Reporter, { strict: false }).tasks.add(print, 'from a feature module');
    expect((await vhost.take('lines')).content.toString()).toContain('from a feature module');
    expect(app.get(TaskRegistry).queues.map(({ name }) => name)).toEqual(['lines', 'more']);
    expect(app.get(QueueHealth).readiness()).toEqual({ isReady: true, problems: [] });
  });

  it.each<[string, TaskDefinition[], string]>([
    ['two tasks of one name', [print, { ...print }], 'Two tasks are defined with the name "print".'],
    [
      'one queue with two definitions',
      [print, defineTask({ name: 'other', queue: 'lines', payload: z.string() })],
      'Queue "lines" is defined twice',
    ],
  ])('refuses %s before it connects', async (_what, tasks, message) => {
    const compiling = Test.createTestingModule({
      imports: [QueueModule.forRoot({ urls: [vhost.url], tasks })],
    }).compile();
    await expect(compiling).rejects.toThrow(message);
  });
});

describe('two apps in one process', () => {
  const printed: Record<string, string[]> = { red: [], blue: [] };

  const workerFor = async (colour: 'red' | 'blue') => {
    @Controller()
    class PrintController {
      @EventPattern<string>('print')
      print(@Payload() text: string): void {
        printed[colour]?.push(text);
      }
    }
    const task = defineTask({ name: 'print', queue: queue(colour), payload: z.string() });
    const worker = await TestWorker.start({ urls: [vhost.url], tasks: [task], controllers: [PrintController] });
    return { task, worker: open(worker) };
  };

  it('do not know of each other: tasks, events, and the end of one', async () => {
    const red = await workerFor('red');
    const blue = await workerFor('blue');
    await Promise.all([red.worker.queue.add(red.task, 'for red'), blue.worker.queue.add(blue.task, 'for blue')]);
    await Promise.all([red.worker.sees('task.completed'), blue.worker.sees('task.completed')]);
    expect(printed).toEqual({ red: ['for red'], blue: ['for blue'] });
    const queuesIn = (worker: TestWorker) =>
      new Set(worker.events.flatMap((event) => ('queue' in event ? [event.queue] : [])));
    expect([queuesIn(red.worker), queuesIn(blue.worker)]).toEqual([new Set(['red']), new Set(['blue'])]);

    await red.worker.close();
    expect(red.worker.readiness().isReady).toBe(false);
    expect(blue.worker.readiness()).toEqual({ isReady: true, problems: [] });
    await blue.worker.queue.add(blue.task, 'after red has ended');
    await waitFor('blue to go on', () => printed['blue']?.length === 2);
  });
});

async function appOf(
  ...imports: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>
): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports }).compile();
  const app = open(module.createNestApplication());
  app.useLogger(false);
  Logger.overrideLogger(false);
  return app.init();
}
