// A file is written under another name and renamed when it is whole: whoever looks sees the old one or the new one, never half of one.
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Handles, QueueModule, TaskContext, TaskQueue, createWorker, defineTask, fixed } from '@app/queue';
import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { broker, quiet } from './broker';

const reportWrite = defineTask({
  name: 'report.write',
  queue: 'example-file-rename',
  attempts: 2,
  backoff: fixed(100),
  payload: z.object({ file: z.string(), lines: z.array(z.string()) }),
});

@Controller()
class ReportsController {
  // #region handler
  @Handles(reportWrite)
  async write(
    @Payload() { file, lines }: { file: string; lines: string[] },
    @Ctx() { attempt, signal }: TaskContext,
  ): Promise<void> {
    const part = `${file}.${process.pid}-${attempt}.part`; // in the same folder: a rename across disks is a copy
    await writeFile(part, lines.join('\n'), { signal });
    if (attempt === 1) throw new Error('the worker dies here, with half of the work done');
    await rename(part, file);
  }
  // #endregion
}

@Module({ imports: [QueueModule.forRoot({ ...broker, tasks: [reportWrite] })], controllers: [ReportsController] })
class ReportsModule {}

export async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-example-'));
  const worker = await createWorker(ReportsModule, quiet);
  await worker.listen();
  const queue = worker.get(TaskQueue);
  const file = join(folder, 'report.txt');
  const { id } = await queue.add(reportWrite, { file, lines: ['income', 'costs'] });
  await queue.result(id);
  console.log((await readFile(file, 'utf8')).split('\n').join(', '));
  console.log(`left by the first run: ${(await readdir(folder)).filter((name) => name.endsWith('.part')).length} part`);
  await worker.close();
  await rm(folder, { recursive: true });
}
