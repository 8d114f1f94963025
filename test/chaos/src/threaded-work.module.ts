import { RetryLater, runningTask, TaskContext, UnrecoverableError } from '@app/queue';
import { Controller, Injectable, Module, SetMetadata, UseGuards } from '@nestjs/common';
import type { CanActivate, OnModuleDestroy } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { trace } from '@opentelemetry/api';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { threadId } from 'node:worker_threads';
import { NoSuchPictureError } from './threaded-tasks';

const task = runningTask();

/** One line that the test finds among the worker's events. Resolves when it has left the thread: a busy one writes nothing. */
function tell(event: string, fields: object): Promise<void> {
  const line = `${JSON.stringify({ message: { event, ...fields } })}\n`;
  return new Promise((resolve) => process.stdout.write(line, () => resolve()));
}

@Injectable()
class Guard implements CanActivate {
  async canActivate(): Promise<boolean> {
    await tell('guard', { threadId });
    return true;
  }
}

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function untilAborted(context: TaskContext): Promise<void> {
  const { signal } = context;
  context.progress(0.1, 'begins');
  context.progress(0.2, 'goes on');
  context.progress(0.5, 'waits');
  await tell('waits', { threadId });
  if (!signal.aborted) await once(signal, 'abort');
  const reason = signal.reason as Error;
  // Not waited for: its thread is ended soon after the signal.
  void tell('aborted', { name: reason.name, message: reason.message, isOwn: reason.constructor.name === reason.name });
}

const failures: Record<string, () => void> = {
  unrecoverable: () => {
    throw new UnrecoverableError('never again', { cause: new TypeError('why') });
  },
  later: () => {
    throw new RetryLater(300, { message: 'later' });
  },
  'own class': () => {
    throw Object.assign(new NoSuchPictureError('no picture'), { code: 'ENOENT' });
  },
  'built in': () => {
    throw new RangeError('out of range');
  },
  'no error': () => {
    // oxlint-disable-next-line typescript/only-throw-error -- what a careless handler may do
    throw 'a word';
  },
  ordinary: () => {
    throw new Error('no');
  },
  aborted: () => AbortSignal.abort().throwIfAborted(),
  'not now': () => {
    setTimeout(() => {
      throw new Error('long after its task');
    }, 50);
  },
  exit: () => process.exit(3),
  memory: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 1_000_000 }, (_none, index) => ({ index })));
  },
};

@Controller()
class ThreadedController implements OnModuleDestroy {
  @UseGuards(Guard)
  @SetMetadata('kind', 'threaded')
  @EventPattern(['spin', 'spin-in-time', 'spin-after-boot'])
  async spin(@Payload() milliseconds: number): Promise<{ threadId: number }> {
    await tell('spins', { threadId });
    spin(milliseconds);
    return { threadId };
  }

  @EventPattern<string>('block')
  async block(@Payload() seconds: number): Promise<void> {
    await tell('blocks', { threadId });
    execFileSync('sleep', [String(seconds)], { stdio: 'ignore' });
  }

  @EventPattern(['obey', 'obey-stop'])
  async obey(@Ctx() context: TaskContext): Promise<void> {
    await untilAborted(context);
  }

  @EventPattern<string>('look')
  async look(@Payload() { when, text }: { when: Date; text: string }, @Ctx() context: TaskContext): Promise<void> {
    const { id, name, queue, attempt, attempts, isLastAttempt, isRedelivered, headers } = context;
    const { content, fields, properties } = context.getMessage();
    const isContext = context instanceof TaskContext;
    const message = { content: content.toString(), isBuffer: Buffer.isBuffer(content), fields, properties };
    const seen = { id, name, queue, attempt, attempts, isLastAttempt, isRedelivered, headers, isContext, message };
    await tell('looked', {
      ...seen,
      when: when.getTime(),
      text,
      pattern: context.getPattern(),
      isAborted: context.signal.aborted,
      logged: task(),
      span: trace.getActiveSpan()?.spanContext().spanId,
    });
    if (attempt === 1) throw new Error('once more');
  }

  @EventPattern<string>('fail')
  async fail(@Payload() how: string, @Ctx() { attempt }: TaskContext): Promise<void> {
    if (attempt > 1) return;
    if (how === 'uncaught') {
      setImmediate(() => {
        throw new Error('nobody caught it');
      });
      await new Promise(() => undefined);
    }
    failures[how]?.();
  }

  @EventPattern<string>('settle')
  settle(@Payload() how: string, @Ctx() context: TaskContext): void {
    const channel = context.getChannelRef();
    const message = context.getMessage();
    if (how === 'ack') {
      channel.ack(message);
      channel.ack(message);
    } else if (how === 'refuse') channel.nack(message, false, false);
    else if (how === 'requeue' && !context.isRedelivered) channel.nack(message);
    else if (how === 'another') channel.ack({ ...message, fields: { ...message.fields, deliveryTag: 99 } });
    else if (how === 'publish') channel.sendToQueue('light', message.content);
  }

  @EventPattern<string>('versioned')
  async versioned(@Payload() payload: object, @Ctx() { attempt }: TaskContext): Promise<void> {
    await tell('versioned', { payload, attempt, isInThread: threadId > 0 });
    if (attempt === 1) throw new Error('once more');
  }

  @EventPattern<string>('uncloneable')
  uncloneable(): void {}

  async onModuleDestroy(): Promise<void> {
    await tell('destroyed', { threadId });
  }
}

/** What the threads of `threaded-worker` run. */
@Module({ controllers: [ThreadedController] })
export class ThreadedWorkModule {}
