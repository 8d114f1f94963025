import { NotConnectedError, TaskQueue } from '@app/queue';
import { tutorial } from '@app/tasks';
import { NestFactory } from '@nestjs/core';
import { QueueOnlyModule } from './queue-only.module';

/**
 * The tutorial's `new_task.py`: `npm run task -- First message.` adds the words as one task of the tutorial's worker,
 * `Hello World!` without words, and says so once the broker has confirmed it. Each dot is one second of work. Exits
 * with 3 when there is no broker.
 */
async function addNewTask(words: readonly string[]): Promise<void> {
  const text = words.join(' ') || 'Hello World!';
  const app = await NestFactory.createApplicationContext(QueueOnlyModule, { logger: false, abortOnError: false });
  try {
    await app.get(TaskQueue).add(tutorial, text);
    process.stdout.write(` [x] Sent '${text}'\n`);
  } finally {
    await app.close();
  }
}

addNewTask(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`task: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof NotConnectedError ? 3 : 1;
});
