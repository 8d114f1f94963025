// Which queues an event comes into goes by its exchange's type: by a pattern, by one key, into every one, or by headers.
import { QueueEvents, QueueModule, TaskContext, TaskQueue, createWorker, defineEvent, defineQueue } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

const payload = z.object({ text: z.string() });

// #region direct
const log = { exchange: 'example-exchanges-log', type: 'direct' } as const;
const lineLost = defineEvent({ name: 'news.lost', ...log, routingKey: 'error', payload });
const lineRead = defineEvent({ name: 'news.read', ...log, routingKey: 'info', payload });
const pager = defineQueue({ name: 'example-exchanges-pager', bindings: [{ ...log, pattern: 'error' }] });
// #endregion

// #region fanout
const all = { exchange: 'example-exchanges-all', type: 'fanout' } as const;
const priceChanged = defineEvent({ name: 'news.price', ...all, payload });
const shops = ['north', 'south'].map((shop) => defineQueue({ name: `example-exchanges-${shop}`, bindings: [all] }));
// #endregion

// #region headers
const prints = 'example-exchanges-prints';
const filePrinted = defineEvent({ name: 'news.print', exchange: prints, type: 'headers', payload });
const headers = { format: 'pdf', paper: 'a4' };
const archive = defineQueue({
  name: 'example-exchanges-archive',
  bindings: [{ exchange: prints, type: 'headers', headers, match: 'any' }], // 'all' unless it says so
});
// #endregion

const queues = [pager, ...shops, archive];
const events = [lineLost, lineRead, priceChanged, filePrinted];
const seen: string[] = [];

@Controller()
class NewsController {
  @EventPattern<string>('news.*')
  note(@Ctx() { queue, name }: TaskContext): void {
    seen.push(`${queue}: ${name}`);
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [], queues, events })], controllers: [NewsController] })
class NewsModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(NewsModule, quiet);
  await worker.listen();
  const allDone = new Promise<void>((resolve) => {
    worker.get(QueueEvents).on('task.completed', () => seen.length === queues.length && resolve());
  });
  const queue = worker.get(TaskQueue);
  const text = 'a line';
  await queue.publish(lineLost, { text });
  await queue.publish(priceChanged, { text });
  await queue.publish(filePrinted, { text }, { headers: { format: 'pdf', paper: 'letter' } }); // one of them is enough
  await allDone;
  console.log(seen.toSorted().join('\n'));
  const unheard = (error: Error): void => console.log(`nobody is bound: ${error.name}`);
  await queue.publish(lineRead, { text }).catch(unheard);
  await queue.publish(filePrinted, { text }, { headers: { format: 'txt' } }).catch(unheard);
  await worker.close();
}
