import { NotConnectedError, QueueModule, TaskQueue } from '@app/queue';
import { allTasks, tutorial } from '@app/tasks';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { producerConfiguration } from './producer.configuration';
import type { ProducerConfiguration } from './producer.configuration';

/** Only what it takes to add a task: no HTTP. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [producerConfiguration] }),
    QueueModule.forRootAsync({
      inject: [producerConfiguration.KEY],
      useFactory: (configuration: ProducerConfiguration) => ({ ...configuration, tasks: allTasks }),
    }),
  ],
})
class NewTaskModule {}

/**
 * The tutorial's `new_task.py`: `npm run task -- First message.` adds the words as one task of the tutorial's worker,
 * `Hello World!` without words, and says so once the broker has confirmed it. Each dot is one second of work. Exits
 * with 3 when there is no broker.
 */
async function addNewTask(words: readonly string[]): Promise<void> {
  const text = words.join(' ') || 'Hello World!';
  const app = await NestFactory.createApplicationContext(NewTaskModule, { logger: false, abortOnError: false });
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
