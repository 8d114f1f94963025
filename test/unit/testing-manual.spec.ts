import {
  connectWorker,
  defineTask,
  exponential,
  NotConnectedError,
  QueueModule,
  TaskContext,
  TaskQueue,
} from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Connector, MemoryBroker, QueueTestingModule, RecordingTaskQueue, runTask } from '@app/queue/testing';
import { Controller, Injectable, Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { z } from 'zod';
import { textOf } from '../support/project-files';

const invoiceExport = defineTask({
  name: 'invoice.export',
  queue: 'invoices',
  attempts: 5,
  backoff: exponential({ initial: 60_000, max: 8 * 3_600_000, factor: 6 }),
  payload: z.object({ order: z.string() }),
});
const invoiceMail = defineTask({ name: 'invoice.mail', payload: z.object({ order: z.string(), pages: z.int() }) });
const allTasks = [invoiceExport, invoiceMail];

abstract class Archive {
  abstract store(order: string, signal: AbortSignal): Promise<number>;
}

@Controller()
class InvoicesController {
  constructor(
    private readonly archive: Archive,
    private readonly queue: TaskQueue,
  ) {}

  @EventPattern<string>(invoiceExport.name)
  async export(@Payload() { order }: PayloadOf<typeof invoiceExport>, @Ctx() context: TaskContext): Promise<void> {
    const pages = await this.archive.store(order, context.signal);
    await this.queue.add(invoiceMail, { order, pages }, { id: `${context.id} mail` });
  }
}

class DiskArchive extends Archive {
  override store(): Promise<number> {
    return Promise.reject(new Error('not in a test'));
  }
}

@Module({ controllers: [InvoicesController], providers: [{ provide: Archive, useClass: DiskArchive }] })
class InvoicesModule {}

@Module({ imports: [QueueModule.forRoot({ tasks: allTasks, eventsStream: 'off' }), InvoicesModule] })
class WorkerModule {}

@Injectable()
class Orders {
  constructor(private readonly queue: TaskQueue) {}

  async place(order: string): Promise<void> {
    await this.queue.add(invoiceExport, { order }, { delay: 60_000 });
  }
}

const archive = { store: jest.fn() };

beforeEach(() => archive.store.mockReset());

describe('what adds tasks', () => {
  it('adds the export of an order', async () => {
    const queue = new RecordingTaskQueue();
    const module = await Test.createTestingModule({
      providers: [Orders, { provide: TaskQueue, useValue: queue }],
    }).compile();

    await module.get(Orders).place('o-1');

    queue.expectAdded(invoiceExport, { order: 'o-1' }, { delay: 60_000 });
    queue.expectNotAdded(invoiceMail);
    await module.close();
  });

  it('says that the broker is away', async () => {
    const queue = new RecordingTaskQueue();
    queue.failWith(() => new NotConnectedError('no route'));
    await expect(new Orders(queue).place('o-1')).rejects.toThrow(NotConnectedError);
  });
});

describe('a handler', () => {
  let moduleRef: TestingModule; // `module` is Node's own name at the top of a file

  beforeAll(async () => {
    moduleRef = await Test.createTestingModule({
      imports: [QueueTestingModule.forRoot({ tasks: allTasks }), InvoicesModule],
    })
      .overrideProvider(Archive)
      .useValue(archive)
      .compile();
  });

  afterAll(() => moduleRef.close());

  it('stores the invoice and has it mailed', async () => {
    archive.store.mockResolvedValue(3);
    const run = await runTask(moduleRef, invoiceExport, { order: 'o-1' }, { id: 'task-1' });
    expect(run.outcome).toBe('completed');
    expect(run.added).toMatchObject([{ name: 'invoice.mail', payload: { order: 'o-1', pages: 3 } }]);
  });

  it('is tried again later when the archive is away', async () => {
    archive.store.mockRejectedValue(new Error('the archive is away'));
    const run = await runTask(moduleRef, invoiceExport, { order: 'o-1' }, { attempt: 2 });
    expect(run).toMatchObject({ outcome: 'retrying', retry: { attempt: 3, delay: 360_000 } });
    expect(run.error).toEqual(new Error('the archive is away'));
  });

  it('never sees what is no order', async () => {
    const run = await runTask(moduleRef, invoiceExport, { order: 7 } as never);
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason: 'invalid-payload' });
    expect(archive.store).not.toHaveBeenCalled();
  });
});

describe('the whole worker', () => {
  let broker: MemoryBroker;
  let app: INestApplication;

  beforeEach(async () => {
    broker = new MemoryBroker();
    const module = await Test.createTestingModule({ imports: [WorkerModule] })
      .overrideProvider(Connector)
      .useValue(broker)
      .overrideProvider(Archive)
      .useValue(archive)
      .compile();
    app = module.createNestApplication();
    await connectWorker(app);
    await app.startAllMicroservices();
    app.useLogger(false);
  });

  afterEach(() => app.close());

  it('gives an invoice up after the fifth attempt, within a day', async () => {
    archive.store.mockRejectedValue(new Error('the archive is away'));
    await app.get(TaskQueue).add(invoiceExport, { order: 'o-1' });

    await broker.advance(24 * 3_600_000);

    expect(archive.store).toHaveBeenCalledTimes(5);
    expect(broker.counts('invoices')).toEqual({ ready: 0, unacked: 0, dead: 1 });
  });

  it('keeps with the dead letter why', async () => {
    archive.store.mockRejectedValue(new Error('the archive is away'));
    await app.get(TaskQueue).add(invoiceExport, { order: 'o-1' });
    await broker.advance(24 * 3_600_000);
    expect(broker.messages('invoices.dlq')[0]?.headers).toMatchObject({
      'x-dead-letter-reason': 'attempts-exhausted',
      'x-error-message': 'the archive is away',
    });
  });
});

describe('docs/testing.md', () => {
  it('shows only what is run here', () => {
    const plain = (text: string): string => text.replaceAll(/^\s+/gm, '');
    const examples = [...textOf('docs/testing.md').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
    const here = plain(textOf('test/unit/testing-manual.spec.ts'));
    expect(examples.length).toBeGreaterThan(3);
    expect(examples.filter((code) => !here.includes(plain(code)))).toEqual([]);
  });
});
