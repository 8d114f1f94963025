import { Module } from '@nestjs/common';
import { workerConfiguration } from '../worker.configuration';
import type { WorkerConfiguration } from '../worker.configuration';
import { DottedWork } from './dotted-work';
import { printer } from './terminal';
import { TutorialController } from './tutorial.controller';

/** The RabbitMQ work-queue tutorial’s worker. */
@Module({
  controllers: [TutorialController],
  providers: [
    {
      provide: DottedWork,
      useFactory: ({ logFormat }: WorkerConfiguration) => new DottedWork(printer(logFormat)),
      inject: [workerConfiguration.KEY],
    },
  ],
})
export class TutorialModule {}
