import { HealthModule, QueueModule } from '@app/queue';
import { allTasks } from '@app/tasks';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER } from '@nestjs/core';
import { ProblemFilter } from './problems/problem.filter';
import { producerConfiguration } from './producer.configuration';
import type { ProducerConfiguration } from './producer.configuration';
import { TasksController } from './tasks/tasks.controller';

/** The producer: an HTTP API that adds tasks. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [producerConfiguration] }),
    QueueModule.forRootAsync({
      inject: [producerConfiguration.KEY],
      useFactory: (configuration: ProducerConfiguration) => ({ ...configuration, tasks: allTasks }),
    }),
    HealthModule,
  ],
  controllers: [TasksController],
  providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
})
export class ProducerModule {}
