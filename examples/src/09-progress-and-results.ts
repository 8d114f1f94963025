// A handler says how far it is, and what it returns is there for everybody who knows the task's id, in any process.
import {
  Handles,
  QueueEvents,
  QueueModule,
  TaskContext,
  TaskHistory,
  TaskQueue,
  createWorker,
  defineTask,
} from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

const reportBuild = defineTask({
  name: 'report.build',
  queue: 'example-progress',
  payload: z.object({ year: z.int() }),
});

@Controller()
class ReportsController {
  @Handles(reportBuild)
  build(@Payload() { year }: { year: number }, @Ctx() context: TaskContext): { pages: number; file: string } {
    context.progress(0.5, 'read the ledger');
    return { pages: 12, file: `report-${year}.pdf` }; // kept for a week, up to 1 KB of JSON
  }
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [reportBuild] })], controllers: [ReportsController] })
class ReportsModule {}

export async function main(): Promise<void> {
  const worker = await createWorker(ReportsModule, quiet);
  await worker.listen();
  worker.get(QueueEvents).on('task.progress', ({ fraction, note }) => console.log(`${fraction * 100} %: ${note}`));
  const queue = worker.get(TaskQueue);
  const { id } = await queue.add(reportBuild, { year: 2026 });
  console.log('result:', await queue.result(id, { timeout: 10_000 }));
  const history = worker.get(TaskHistory);
  await history.open();
  console.log('state:', (await history.find(id, 10_000))?.state);
  await worker.close();
}
