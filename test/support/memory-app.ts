import { QueueModule } from '@app/queue';
import type { QueueModuleOptions } from '@app/queue';
import { Connector } from '@app/queue/testing';
import type { MemoryBroker } from '@app/queue/testing';
import { Logger } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';

/** An app whose broker is one in memory, without a history and silent; whoever opens it closes it. */
export async function openOn(
  broker: MemoryBroker,
  options: QueueModuleOptions,
  controllers: Type[] = [],
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [QueueModule.forRoot({ ...options, eventsStream: 'off' })],
    controllers,
  })
    .overrideProvider(Connector)
    .useValue(broker)
    .compile();
  const app = module.createNestApplication();
  Logger.overrideLogger(false);
  return app.init();
}
