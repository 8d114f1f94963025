import { QueueModule } from '@app/queue';
import { allEvents, allTasks } from '@app/tasks';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { producerConfiguration } from './producer.configuration';
import type { ProducerConfiguration } from './producer.configuration';

/** For commands: the queues with the producer's configuration, and no HTTP. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [producerConfiguration] }),
    QueueModule.forRootAsync({
      inject: [producerConfiguration.KEY],
      useFactory: (configuration: ProducerConfiguration) => ({ ...configuration, tasks: allTasks, events: allEvents }),
    }),
  ],
})
export class QueueOnlyModule {}
