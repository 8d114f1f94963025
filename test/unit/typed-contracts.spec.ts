// The compiler is the test: `npm run typecheck` fails where a line below `@ts-expect-error` is not refused by it. None of what is wrong is run.
import {
  BatchContext,
  defineEvent,
  defineTask,
  Handles,
  InvalidPayloadError,
  TaskContext,
  TaskQueue,
} from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { RecordingTaskQueue, runTask } from '@app/queue/testing';
import { Controller, Module } from '@nestjs/common';
import { Ctx, EventPattern, Payload, RmqContext } from '@nestjs/microservices';
import * as v from 'valibot';
import { z } from 'zod';

const date = z.iso.date().transform((text) => new Date(text));
const invoice = defineTask({ name: 'invoice', payload: z.object({ order: z.string(), due: date }) });
const many = defineTask({ name: 'many', payload: z.string(), batch: { size: 2, wait: 5 } });
const placed = defineEvent({ name: 'order.placed', exchange: 'orders', payload: z.object({ order: z.int() }) });
/** A schema of another library. */
const counted = defineTask({
  name: 'counted',
  payload: v.object({ count: v.pipe(v.number(), v.minValue(1)), unit: v.optional(v.string(), 'pieces') }),
});

const seen: unknown[] = [];

@Controller()
class FineController {
  @Handles(invoice)
  whole(@Payload() payload: PayloadOf<typeof invoice>, @Ctx() context: TaskContext): unknown {
    return [payload, context];
  }

  @Handles(invoice)
  part(@Payload() { due }: { readonly due: Date }): string {
    return due.toISOString();
  }

  @Handles(invoice)
  plainContext(@Payload() payload: object, @Ctx() context: RmqContext, more: string): unknown {
    return [payload, context, more];
  }

  @Handles(invoice)
  nothing(): void {}

  @Handles(many)
  list(@Payload() _payloads: readonly string[], @Ctx() { tasks }: BatchContext): number {
    return tasks.length;
  }

  @Handles(placed)
  event(@Payload() { order }: PayloadOf<typeof placed>, @Ctx() { id }: TaskContext): unknown {
    return [order, id];
  }

  @Handles(counted)
  otherLibrary(@Payload() payload: { count: number; unit: string }): void {
    seen.push(payload);
  }

  @EventPattern<string>(invoice.name)
  unchecked(@Payload() payload: number): unknown {
    return [payload];
  }
}

@Module({ controllers: [FineController] })
class FineModule {}

class WrongHandlers {
  // @ts-expect-error -- the payload has no such field
  @Handles(invoice)
  otherField(@Payload() payload: { readonly amount: number }): unknown {
    return [payload];
  }

  // @ts-expect-error -- a handler gets what the schema gives out: a Date, not its text
  @Handles(invoice)
  input(@Payload() payload: { readonly due: string }): unknown {
    return [payload];
  }

  // @ts-expect-error -- the payload comes first
  @Handles(invoice)
  contextFirst(@Ctx() context: TaskContext, @Payload() payload: PayloadOf<typeof invoice>): unknown {
    return [context, payload];
  }

  // @ts-expect-error -- it takes no batches
  @Handles(invoice)
  batchContext(@Payload() payload: PayloadOf<typeof invoice>, @Ctx() context: BatchContext): unknown {
    return [payload, context];
  }

  // @ts-expect-error -- it takes no batches
  @Handles(invoice)
  listOfOne(@Payload() payloads: PayloadOf<typeof invoice>[]): unknown {
    return [payloads];
  }

  // @ts-expect-error -- it takes batches
  @Handles(many)
  single(@Payload() payload: string): unknown {
    return [payload];
  }

  // @ts-expect-error -- a batch has a context of its own
  @Handles(many)
  taskContext(@Payload() payloads: string[], @Ctx() context: TaskContext): unknown {
    return [payloads, context];
  }

  // @ts-expect-error -- of an event as of a task
  @Handles(placed)
  event(@Payload() payload: { readonly order: string }): unknown {
    return [payload];
  }

  // @ts-expect-error -- whichever library the schema is of
  @Handles(counted)
  otherLibrary(@Payload() payload: { readonly count: string }): unknown {
    return [payload];
  }
}

const due = '2026-12-24';
const wrongInvoice = { task: invoice, payload: 'a' };
const fineInvoice = { task: invoice, payload: { order: 'o-1', due } };

const wrongCalls = (queue: TaskQueue, recording: RecordingTaskQueue): (() => unknown)[] => [
  // @ts-expect-error -- without what is required
  () => queue.add(invoice, { due }),
  // @ts-expect-error -- a Date is what the handler gets
  () => queue.add(invoice, { order: 'o-1', due: new Date() }),
  // @ts-expect-error -- of another library
  () => queue.add(counted, { count: 'one' }),
  // @ts-expect-error -- there is no such option
  () => queue.add(many, 'a', { dely: 5 }),
  // @ts-expect-error -- an option of another type
  () => queue.add(many, 'a', { delay: '5s' }),
  // @ts-expect-error -- the payload of the second is not its own
  () => queue.addBulk([{ task: many, payload: 'a' }, wrongInvoice]),
  // @ts-expect-error -- nor are those of a list
  () => queue.addBulk([1, 2].map((payload) => ({ task: many, payload }))),
  // @ts-expect-error -- there is no such option
  () => queue.addBulk([{ task: many, payload: 'a', options: { dely: 5 } }]),
  // @ts-expect-error -- of an event as of a task
  () => queue.publish(placed, { order: 'one' }),
  // @ts-expect-error -- what a test expects has to be possible
  () => recording.expectAdded(invoice, { amount: 5 }),
  // @ts-expect-error -- what a test runs as well
  () => runTask(FineModule, invoice, { order: 7, due }),
  // @ts-expect-error -- there is no such option of a definition
  () => defineTask({ name: 'a', payload: z.string(), attemps: 5 }),
  // @ts-expect-error -- nor of a batch
  () => defineTask({ name: 'a', payload: z.string(), batch: { size: 5, waits: 5 } }),
  // @ts-expect-error -- an upcaster is a function
  () => defineTask({ name: 'a', payload: z.string(), version: 2, upcasters: { 1: 'a' } }),
];

const fineCalls = (queue: TaskQueue): (() => unknown)[] => [
  () => queue.add(invoice, { order: 'o-1', due }, { delay: 5_000 }),
  () => queue.addBulk([{ task: many, payload: 'a', options: { id: 'a' } }, fineInvoice]),
  () => queue.addBulk(['a', 'b'].map((payload) => ({ task: many, payload }))),
  () => runTask(FineModule, invoice, { anything: 7 }, { version: 1 }),
];

describe('what the compiler is to refuse', () => {
  it('stands above, and what it is to take beside it', () => {
    const queue = new RecordingTaskQueue();
    expect(Object.getOwnPropertyNames(WrongHandlers.prototype).length).toBeGreaterThan(9);
    expect([wrongCalls(queue, queue).length, fineCalls(queue).length]).toEqual([14, 4]);
  });
});

describe('@Handles', () => {
  it('is the @EventPattern of the definition’s name', async () => {
    const run = await runTask(FineModule, many, 'a');
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason: 'unrecoverable' }); // the number that it returns is no answer for a batch
  });
});

describe('a schema of another library', () => {
  it('is checked where a task is added', async () => {
    const queue = new RecordingTaskQueue();
    await queue.add(counted, { count: 3 });
    await expect(queue.add(counted, { count: 0 })).rejects.toThrow(InvalidPayloadError);
    await expect(queue.add(counted, { count: 0 })).rejects.toMatchObject({ problems: [{ path: 'count' }] });
    expect(queue.added()).toMatchObject([{ payload: { count: 3 } }]);
  });

  it('is checked where it is handled, which gets what the schema gives out', async () => {
    expect(await runTask(FineModule, counted, { count: 3 })).toMatchObject({ outcome: 'completed' });
    expect(seen).toEqual([{ count: 3, unit: 'pieces' }]);
    const body = JSON.stringify({ pattern: 'counted', data: { count: 0 } });
    expect(await runTask(FineModule, counted, { count: 3 }, { body })).toMatchObject({ reason: 'invalid-payload' });
    expect(seen).toHaveLength(1);
  });
});
