import {
  BatchContext,
  celery,
  defineQueue,
  defineTask,
  fixed,
  plainText,
  QueueModule,
  RetryLater,
  TaskCancelledError,
  TaskContext,
  TaskQueue,
  TaskTimeoutError,
  UnrecoverableError,
} from '@app/queue';
import type { TaskDefinition } from '@app/queue';
import { QueueTestingModule, RecordingTaskQueue, runTask, withoutBroker } from '@app/queue/testing';
import {
  Controller,
  Injectable,
  Logger,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type { CallHandler, CanActivate, ExceptionFilter, NestInterceptor, PipeTransform } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { map, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { z } from 'zod';

const exportInvoice = defineTask({
  name: 'invoice.export',
  queue: 'invoices',
  attempts: 3,
  backoff: fixed(5_000),
  payload: z.object({ order: z.string(), copies: z.int().default(1) }),
});
const mailed = defineTask({ name: 'invoice.mailed', queue: 'mails', payload: z.object({ order: z.string() }) });
const slow = defineTask({ name: 'slow', timeout: 20, payload: z.string() });
const endless = defineTask({ name: 'endless', payload: z.string() });
const guarded = defineTask({ name: 'guarded', payload: z.string() });
const words = defineTask({
  name: 'words',
  queue: defineQueue({ name: 'words', format: plainText('words') }),
  payload: z.string(),
});
const counted = defineTask({
  name: 'counted',
  queue: defineQueue({ name: 'counts', type: 'classic', format: celery() }),
  payload: z.unknown(),
});
const many = defineTask({ name: 'many', payload: z.string(), batch: { size: 2, wait: 5 } });
const byHand = defineTask({ name: 'by-hand', payload: z.enum(['ack', 'requeue', 'refuse', 'ack and fail']) });
const tasks: readonly TaskDefinition[] = [exportInvoice, mailed, slow, endless, guarded, words, counted, many, byHand];

@Injectable()
class Exporter {
  export(order: string, copies: number): string {
    return `${order} x ${copies}`;
  }
}

class OnlyLetters implements CanActivate, PipeTransform, NestInterceptor, ExceptionFilter {
  canActivate(): boolean {
    return true;
  }
  transform(value: unknown): unknown {
    return typeof value === 'string' ? value.toUpperCase() : value;
  }
  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value) => `intercepted ${String(value)}`));
  }
  catch(error: unknown): Observable<string> {
    return of(`handled ${error instanceof Error ? error.message : ''}`);
  }
}

class Refusing implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller()
class InvoicesController {
  private readonly logger = new Logger('Invoices');

  constructor(
    private readonly exporter: Exporter,
    private readonly queue: TaskQueue,
  ) {}

  @EventPattern<string>(exportInvoice.name)
  async run(@Payload() { order, copies }: { order: string; copies: number }, @Ctx() context: TaskContext) {
    this.logger.log(`exporting ${order}, attempt ${context.attempt} of ${context.attempts}`);
    await Promise.resolve();
    if (order === 'away') throw new Error('the archive is away');
    if (order === 'broken') throw new UnrecoverableError('no such order');
    if (order === 'later') throw new RetryLater(60_000, { counted: false });
    if (context.isRedelivered) this.logger.warn('again');
    await this.queue.add(mailed, { order }, { delay: 1_000 });
    return this.exporter.export(order, copies);
  }

  @EventPattern([slow.name, endless.name])
  slow(@Payload() how: string, @Ctx() { signal }: TaskContext): Promise<string> {
    return new Promise((resolve, reject) => {
      if (how === 'at once') resolve('done');
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  @UseGuards(OnlyLetters)
  @UsePipes(OnlyLetters)
  @UseInterceptors(OnlyLetters)
  @UseFilters(OnlyLetters)
  @EventPattern<string>(guarded.name)
  guarded(@Payload() text: string): string {
    if (text === 'FAIL') throw new Error('no');
    return text;
  }

  @UseGuards(Refusing)
  @EventPattern<string>(words.name)
  words(): void {
    throw new Error('never called');
  }

  @EventPattern<string>(many.name)
  many(@Payload() payloads: string[], @Ctx() context: BatchContext): unknown {
    return context.tasks.map(({ id }, index) => ({ status: 'fulfilled', value: `${id} ${payloads[index]}` }));
  }

  @EventPattern<string>(byHand.name)
  byHand(@Payload() how: string, @Ctx() context: TaskContext): void {
    const channel = context.getChannelRef();
    if (how === 'requeue') channel.nack(context.getMessage());
    else if (how === 'refuse') channel.nack(context.getMessage(), false, false);
    else channel.ack(context.getMessage());
    if (how === 'ack and fail') throw new Error('too late');
  }
}

@Module({ controllers: [InvoicesController], providers: [Exporter] })
class InvoicesModule {}

describe('runTask, of a compiled module', () => {
  let module: TestingModule;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [InvoicesModule, QueueTestingModule.forRoot({ tasks })],
    }).compile();
  });

  afterAll(() => module.close());

  it('gives what the handler returned, what it logged and what it added', async () => {
    const run = await runTask(module, exportInvoice, { order: 'o-1' }, { id: 'task-1' });
    expect(run).toEqual({
      outcome: 'completed',
      result: 'o-1 x 1',
      error: undefined,
      log: expect.arrayContaining([
        { level: 'log', context: 'Invoices', message: 'exporting o-1, attempt 1 of 3' },
        {
          level: 'debug',
          context: 'Warren',
          message: expect.stringMatching(/^completed invoice\.export task-1 in \d+ ms$/),
        },
      ]),
      added: [expect.objectContaining({ name: 'invoice.mailed', payload: { order: 'o-1' }, delay: 1_000 })],
      published: [],
    });
  });

  it.each([
    [1, { outcome: 'retrying', retry: { attempt: 2, delay: 5_000 } }],
    [2, { outcome: 'retrying', retry: { attempt: 3, delay: 5_000 } }],
    [3, { outcome: 'dead-lettered', reason: 'attempts-exhausted' }],
  ])('decides what becomes of a failure in attempt %i', async (attempt, ending) => {
    const run = await runTask(module, exportInvoice, { order: 'away' }, { attempt });
    expect(run).toMatchObject(ending);
    expect(run.error).toEqual(new Error('the archive is away'));
    expect(run.added).toEqual([]);
  });

  it('knows what the handler says of trying again', async () => {
    expect(await runTask(module, exportInvoice, { order: 'broken' })).toMatchObject({
      outcome: 'dead-lettered',
      reason: 'unrecoverable',
      error: expect.any(UnrecoverableError),
    });
    expect(await runTask(module, exportInvoice, { order: 'later' })).toMatchObject({
      outcome: 'retrying',
      retry: { attempt: 1, delay: 60_000 },
    });
  });

  it.each([
    ['a payload that the schema refuses', { order: 7 } as never, {}, 'invalid-payload', 'InvalidPayloadError'],
    ['bytes that are no message', { order: 'x' }, { body: 'nothing' }, 'undecodable', 'UndecodableMessageError'],
    ['a task of another queue', { order: 'x' }, { queue: 'mails' }, 'unknown-task', 'UnknownTaskError'],
    ['a task whose time is over', { order: 'x' }, { expiresAt: 1 }, 'expired', 'ExpiredError'],
  ])('puts aside %s', async (_what, payload, options, reason, name) => {
    const run = await runTask(module, exportInvoice, payload, options);
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason, result: undefined });
    expect(run.error).toMatchObject({ name });
  });

  it('puts aside what its format does not understand, with the reason that the format gives', async () => {
    const run = await runTask(module, counted, [1], { body: '[[9007199254740993], {}, {}]' });
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason: 'undecodable' });
    expect(run.error).toMatchObject({
      message: expect.stringContaining('a whole number that JavaScript would change'),
    });
  });

  it('puts aside a task without a handler', async () => {
    expect(await runTask(module, mailed, { order: 'x' })).toMatchObject({
      outcome: 'dead-lettered',
      reason: 'unknown-task',
    });
  });

  it('ends a run at its timeout, and one that is cancelled', async () => {
    expect(await runTask(module, slow, 'for ever')).toMatchObject({
      reason: 'timed-out',
      error: expect.any(TaskTimeoutError),
    });
    const early = AbortSignal.abort();
    expect(await runTask(module, endless, 'at once', { cancel: early })).toMatchObject({
      outcome: 'cancelled',
      error: undefined,
    });
    const cancel = new AbortController();
    const running = runTask(module, endless, 'for ever', { cancel: cancel.signal, id: 'same' });
    setImmediate(() => cancel.abort());
    expect(await running).toMatchObject({ outcome: 'cancelled', error: expect.any(TaskCancelledError) });
    expect(await runTask(module, endless, 'at once', { id: 'same' })).toMatchObject({ outcome: 'completed' });
  });

  it('goes through guards, pipes, interceptors and filters', async () => {
    expect(await runTask(module, guarded, 'word')).toMatchObject({ outcome: 'completed', result: 'intercepted WORD' });
    expect(await runTask(module, guarded, 'fail')).toMatchObject({ outcome: 'completed', result: 'handled no' });
    expect(await runTask(module, words, 'x')).toMatchObject({
      outcome: 'dead-lettered',
      error: { message: 'Forbidden resource' },
    });
  });

  it('runs a batch of one', async () => {
    expect(await runTask(module, many, 'x', { id: 'b' })).toMatchObject({ outcome: 'completed' });
  });

  it.each([
    ['ack', { outcome: 'completed' }],
    ['requeue', { outcome: 'requeued' }],
    ['refuse', { outcome: 'dead-lettered', reason: 'rejected' }],
    ['ack and fail', { outcome: 'completed', error: new Error('too late') }],
  ] as const)('obeys a handler that settles by hand: %s', async (how, ending) => {
    expect(await runTask(module, byHand, how)).toMatchObject(ending);
  });

  it('tells of a task that was handed out before', async () => {
    const { outcome, log } = await runTask(module, exportInvoice, { order: 'o' }, { isRedelivered: true });
    expect([outcome, log.filter(({ level, context }) => level === 'warn' && context === 'Invoices')]).toEqual([
      'completed',
      [{ level: 'warn', context: 'Invoices', message: 'again' }],
    ]);
  });

  it('keeps apart what runs at the same time', async () => {
    const runs = await Promise.all(['a', 'b', 'c'].map((order) => runTask(module, exportInvoice, { order })));
    expect(runs.map(({ added }) => added.map(({ payload }) => payload))).toEqual([
      [{ order: 'a' }],
      [{ order: 'b' }],
      [{ order: 'c' }],
    ]);
    const lines = runs.map(({ log }) =>
      log.filter(({ context }) => context === 'Invoices').map(({ message }) => message),
    );
    expect(lines).toEqual(['a', 'b', 'c'].map((order) => [`exporting ${order}, attempt 1 of 3`]));
  });

  it('refuses a definition that the module does not know', async () => {
    const other = defineTask({ name: 'other', payload: z.string() });
    await expect(runTask(module, other, 'x')).rejects.toThrow(
      '"other" is not among the tasks of the module under test',
    );
  });
});

describe('runTask, of other modules', () => {
  it('makes an application of a module, and closes it', async () => {
    const closed = jest.fn();
    @Module({ imports: [InvoicesModule] })
    class Closing {
      onModuleDestroy(): void {
        closed();
      }
    }
    const setUp = jest.fn();
    expect(await runTask(Closing, exportInvoice, { order: 'o' }, { setUp })).toMatchObject({ outcome: 'completed' });
    expect([setUp.mock.calls.length, closed.mock.calls.length]).toEqual([1, 1]);
  });

  it('takes the real QueueModule’s place where it is asked to, and keeps overrides', async () => {
    @Module({ imports: [QueueModule.forRoot({ tasks }), InvoicesModule] })
    class AppModule {}
    const module = await withoutBroker(Test.createTestingModule({ imports: [AppModule] }))
      .overrideProvider(Exporter)
      .useValue({ export: () => 'mocked' })
      .compile();
    expect(await runTask(module, exportInvoice, { order: 'o' })).toMatchObject({
      outcome: 'completed',
      result: 'mocked',
    });
    expect(module.get(TaskQueue, { strict: false })).toBeInstanceOf(RecordingTaskQueue);
    await module.close();
  });

  it('sets for every handler what main.ts sets', async () => {
    const run = await runTask(
      InvoicesModule,
      exportInvoice,
      { order: 'o' },
      { setUp: (worker) => void worker.useGlobalGuards(new Refusing()) },
    );
    expect(run).toMatchObject({ outcome: 'retrying', error: { message: 'Forbidden resource' } });
  });

  it('refuses a module that would connect', async () => {
    const module = await Test.createTestingModule({
      imports: [QueueModule.forRoot({ tasks }), InvoicesModule],
    }).compile();
    await expect(runTask(module, exportInvoice, { order: 'o' })).rejects.toThrow(
      'runTask wants a module without a broker',
    );
  });
});
