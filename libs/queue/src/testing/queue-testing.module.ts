import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TaskQueue } from '../producing/task-queue';
import { QueueModule } from '../queue.module';
import type { QueueModuleOptions } from '../queue.options';
import { RecordingTaskQueue } from './recording-task-queue';
import { brokerlessProviders } from './without-broker';

/**
 * In place of `QueueModule` in a test without a broker: the same providers, everywhere in the module under test, and none connects.
 * `TaskQueue` is a {@link RecordingTaskQueue}, under that name as well; `runTask` runs handlers.
 *
 * What needs a broker's answer (`DeadLetterQueues`, `TaskHistory`) has none here: that is for `MemoryBroker`.
 */
@Module({})
export class QueueTestingModule {
  /** As `QueueModule.forRoot`. @param options the same; the definitions that the tests run or add */
  static forRoot(options: QueueModuleOptions): DynamicModule {
    const real = QueueModule.forRoot({ eventsStream: 'off', ...options });
    const { providers = [], exports = [] } = real;
    return {
      ...real,
      // A dynamic module's own providers come after those of its class, and take their places.
      providers: [...providers, ...brokerlessProviders(), { provide: RecordingTaskQueue, useExisting: TaskQueue }],
      exports: [...exports, RecordingTaskQueue],
    };
  }
}
