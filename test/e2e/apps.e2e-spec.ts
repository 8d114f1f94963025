import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueEvents, connectWorker, queueSettings, readSettings } from '@app/queue';
import { allTasks } from '@app/tasks';
import { Logger } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import sharp from 'sharp';
import request from 'supertest';
import { setUpHttp } from '../../apps/producer/src/http-setup';
import { producerConfiguration } from '../../apps/producer/src/producer.configuration';
import { ProducerModule } from '../../apps/producer/src/producer.module';
import { producerSettings } from '../../apps/producer/src/producer.settings';
import { workerConfiguration } from '../../apps/worker/src/worker.configuration';
import { WorkerModule } from '../../apps/worker/src/worker.module';
import { workerSettings } from '../../apps/worker/src/worker.settings';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

let vhost: Vhost;
let folder: string;

beforeAll(async () => {
  vhost = await Vhost.open();
  folder = await mkdtemp(join(tmpdir(), 'warren-e2e-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await vhost.close();
});

const environment = (): Record<string, string> => ({
  AMQP_URL: vhost.url,
  IMAGE_OUTPUT_DIR: join(folder, 'images'),
  MAIL_DIR: join(folder, 'mail'),
  SMS_DIR: join(folder, 'sms'),
  PRODUCER_PORT: '0',
  WORKER_PORT: '0',
  LOG_FORMAT: 'json',
});

/** One task of each kind, and what is in the world when it has been done. */
const work = [
  {
    task: { name: 'image.resize', payload: { source: 'sunset.jpg', width: 64, output: 'small.webp' } },
    isDone: async () => expect((await sharp(join(folder, 'images/small.webp')).metadata()).width).toBe(64),
  },
  {
    task: { name: 'notification.email', payload: { to: 'ada@example.com', subject: 'Hello', text: 'It works.' } },
    isDone: async () => expect(await onlyFile('mail')).toContain('To: ada@example.com'),
  },
  {
    task: { name: 'notification.sms', payload: { to: '+491701234567', text: 'It works.' } },
    isDone: async () => expect(await onlyFile('sms')).toContain('+491701234567'),
  },
  { task: { name: 'cpu.burn', payload: { rounds: 10 } }, isDone: () => Promise.resolve() },
];

/** An event by its name, any other message as it is. */
function eventOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'event' in message ? message.event : message;
}

async function onlyFile(name: string): Promise<string> {
  const [file = '', ...others] = await readdir(join(folder, name));
  expect(others).toEqual([]);
  return readFile(join(folder, name, file), 'utf8');
}

describe('both apps', () => {
  afterEach(async () => {
    for (const name of ['images', 'mail', 'sms']) await rm(join(folder, name), { recursive: true, force: true });
  });

  describe('through the Nest testing module', () => {
    let producer: NestExpressApplication;
    let worker: INestApplication;
    const completed: string[] = [];

    beforeAll(async () => {
      const producerModule = await Test.createTestingModule({ imports: [ProducerModule] })
        .overrideProvider(producerConfiguration.KEY)
        .useValue(readSettings({ ...queueSettings, ...producerSettings }, environment()))
        .compile();
      producer = producerModule.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
      await setUpHttp(producer);
      await producer.init();
      const workerModule = await Test.createTestingModule({ imports: [WorkerModule] })
        .overrideProvider(workerConfiguration.KEY)
        // No threads: they would load the sources as they stand, which only jest can read.
        .useValue(readSettings({ ...queueSettings, ...workerSettings }, { ...environment(), WORKER_THREADS: '0' }))
        .compile();
      worker = workerModule.createNestApplication({ logger: false });
      worker.get(QueueEvents).on('task.completed', ({ name }) => completed.push(String(name)));
      await connectWorker(worker);
      await worker.startAllMicroservices();
    });

    afterAll(async () => {
      Logger.overrideLogger(false); // what should run in a thread runs here, and has brought its logger
      await worker.close();
      await producer.close();
    });

    it('add every kind of task over HTTP and do the work', async () => {
      for (const { task } of work) await request(producer.getHttpServer()).post('/tasks').send(task).expect(202);
      await waitFor('every task to be completed', () => completed.length === work.length);
      for (const { isDone } of work) await isDone();
    });

    it('are live and ready', async () => {
      for (const app of [producer, worker]) {
        await request(app.getHttpServer()).get('/health/live').expect(200);
        await waitFor('it to be ready', async () => {
          const { status } = await request(app.getHttpServer()).get('/health/ready'); // a moment later: when the delay levels are there
          return status === 200;
        });
      }
    });
  });

  describe('as real processes', () => {
    let producer: TestProcess;
    let worker: TestProcess;
    let url: string;

    beforeAll(async () => {
      producer = TestProcess.app('producer', environment());
      worker = TestProcess.app('worker', environment());
      const line = await producer.line(/tasks are added at/);
      url = /http:\/\/[^/]+/.exec(line)?.[0] ?? '';
      const queues = new Set(allTasks.map(({ queue }) => queue.name));
      await waitFor('a consumer of each queue', () => worker.events('consumer.started').length === queues.size);
    });

    afterAll(async () => {
      await worker.stop();
      await producer.stop();
    });

    it('add every kind of task over HTTP and do the work', async () => {
      for (const { task } of work) {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${url}/tasks`, { method: 'POST', headers, body: JSON.stringify(task) });
        expect(answer.status).toBe(202);
      }
      await waitFor(
        () => `four completed tasks; the worker wrote:\n${worker.output}`,
        () => worker.events('task.completed').length === 4,
      );
      for (const { isDone } of work) await isDone();
    });

    it('write nothing but JSON, and each line about a task says which', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      vhost.publish('task_queue', 'Hello', { messageId: 'tutorial-1', headers });
      await worker.line(' [x] Done');
      await waitFor('its end', () => worker.events('task.completed').length === 5);
      const lines = [...producer.written, ...worker.written].map((line) => JSON.parse(line) as Record<string, unknown>);
      const ofTask = lines.filter(({ taskId }) => taskId === 'tutorial-1');
      expect(ofTask.map(({ context, message }) => [context, eventOf(message)])).toEqual([
        ['Warren', 'task.started'],
        ['Tutorial', " [x] Received 'Hello'"],
        ['Tutorial', ' [x] Done'],
        ['Warren', 'task.completed'],
      ]);
      for (const line of ofTask) expect(line).toMatchObject({ queue: 'task_queue', attempt: 1, traceId });
      const added = lines.filter(({ message }) => eventOf(message) === 'task.added');
      expect(added.map(({ queue }) => queue)).toHaveLength(4);
      for (const line of added) expect(line).toMatchObject({ taskId: (line['message'] as { id: string }).id });
    });

    it('stop at SIGTERM and exit with 0', async () => {
      worker.signal('SIGTERM');
      producer.signal('SIGTERM');
      expect(await worker.exit()).toEqual({ code: 0, signal: null });
      expect(await producer.exit()).toEqual({ code: 0, signal: null });
      expect([worker.stderr, producer.stderr]).toEqual([[], []]);
    });
  });
});
