import { defineTask, defineThread } from '@app/queue';
import { MemoryBroker } from '@app/queue/testing';
import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { inspect } from 'node:util';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { TestWorker } from '../support/worker';

const payload = z.string();
const handled = defineTask({ name: 'handled', queue: 'work', payload });
const forgotten = defineTask({ name: 'forgotten', queue: 'work', payload });
const computed = defineTask({ name: 'computed', queue: 'cpu', payload, runIn: 'thread' });
const uncomputed = defineTask({ name: 'uncomputed', queue: 'cpu', payload, runIn: 'thread' });

@Controller()
class Handlers {
  @EventPattern<string>('handled')
  handled(): void {}

  @EventPattern<string>('undefined')
  undefined(): void {}
}

@Controller()
class ThreadHandlers {
  @EventPattern<string>('computed')
  computed(): void {}
}

@Module({ controllers: [ThreadHandlers] })
class ThreadModule {}

const closing = closingAfterEach();

/** A worker without threads, so that what should run in one runs in it; and what it logs. */
async function started(): Promise<{ worker: TestWorker; lines: string[] }> {
  const lines: string[] = [];
  const note = (line: unknown): void => void lines.push(inspect(line));
  const worker = closing(
    await TestWorker.start({
      tasks: [handled, forgotten, computed, uncomputed],
      connector: new MemoryBroker(),
      logger: { log: note, warn: note, error: note },
      controllers: [Handlers],
      threads: 0,
      thread: defineThread(__filename, { module: () => Promise.resolve(ThreadModule) }),
    }),
  );
  return { worker, lines };
}

describe('a worker', () => {
  it('that starts tells which tasks it has no handlers for, and which handlers have no definition', async () => {
    const { worker, lines } = await started();
    expect(worker.seen('handler.missing')).toEqual([{ event: 'handler.missing', name: 'forgotten', queue: 'work' }]);
    expect(worker.seen('definition.missing')).toEqual([{ event: 'definition.missing', names: ['undefined'] }]);
    expect(lines).toContainEqual(
      expect.stringContaining('no handler for forgotten in this worker, which consumes work'),
    );
    expect(lines).toContainEqual(expect.stringContaining('handlers without a definition: undefined;'));
  });

  it('whose first thread has booted tells which tasks that has no handlers for', async () => {
    const { worker, lines } = await started();
    await worker.queue.add(computed, 'once');
    await worker.queue.add(computed, 'twice');
    await worker.sees('task.completed', 2);
    expect(worker.seen('handler.missing').slice(1)).toEqual([
      { event: 'handler.missing', name: 'uncomputed', queue: 'cpu', runIn: 'thread' },
    ]);
    expect(lines).toContainEqual(expect.stringContaining('no handler for uncomputed in the threads of this worker'));
  });
});
