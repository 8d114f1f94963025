import { QueueModule, TaskQueue } from '@app/queue';
import { HealthModule } from '@app/queue/health';
import { MetricsModule } from '@app/queue/metrics';
import { allEvents, allTasks } from '@app/tasks';
import { Module } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { ProblemFilter } from './problems/problem.filter';
import { producerConfiguration } from './producer.configuration';
import type { ProducerConfiguration } from './producer.configuration';
import { TaskStatesController } from './tasks/task-states.controller';
import { TasksController } from './tasks/tasks.controller';

/** The producer: an HTTP API that adds tasks and tells what became of them. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [producerConfiguration] }),
    QueueModule.forRootAsync({
      inject: [producerConfiguration.KEY],
      useFactory: (configuration: ProducerConfiguration) => ({ ...configuration, tasks: allTasks, events: allEvents }),
    }),
    HealthModule,
    MetricsModule,
  ],
  controllers: [TasksController, TaskStatesController],
  providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
})
export class ProducerModule implements OnModuleInit {
  constructor(private readonly queue: TaskQueue) {}

  /** Rather no start than a 500 for each task of a queue whose keys are missing. */
  onModuleInit(): void {
    this.queue.assertWritable([...allTasks, ...allEvents]);
  }
}
