import { Module } from '@nestjs/common';
import { DottedWork } from './dotted-work';
import { printLine } from './terminal';
import { TutorialController } from './tutorial.controller';

/** The RabbitMQ work-queue tutorial’s worker. */
@Module({
  controllers: [TutorialController],
  providers: [{ provide: DottedWork, useFactory: () => new DottedWork(printLine) }],
})
export class TutorialModule {}
