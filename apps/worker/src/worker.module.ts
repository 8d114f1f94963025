import { QueueModule, TaskServer } from '@app/queue';
import { HealthModule } from '@app/queue/health';
import { MetricsModule } from '@app/queue/metrics';
import { allEvents, allTasks } from '@app/tasks';
import { Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import cpuThread from './cpu/cpu.thread';
import { ImagesModule } from './images/images.module';
import { NotificationsModule } from './notifications/notifications.module';
import { TutorialModule } from './tutorial/tutorial.module';
import { workerConfiguration, workerConfigurationModule } from './worker.configuration';
import type { WorkerConfiguration } from './worker.configuration';

/**
 * The worker: one module a kind of work. A new kind is a folder beside these, and one more line here; what runs in threads
 * (`runIn: 'thread'`) is a module of `cpu/cpu.thread.ts` instead.
 */
@Module({
  imports: [
    workerConfigurationModule,
    QueueModule.forRootAsync({
      inject: [workerConfiguration.KEY],
      useFactory: (configuration: WorkerConfiguration) => ({
        ...configuration,
        tasks: allTasks,
        events: allEvents,
        thread: cpuThread,
      }),
    }),
    HealthModule,
    MetricsModule,
    TutorialModule,
    ImagesModule,
    NotificationsModule,
  ],
})
export class WorkerModule implements OnModuleDestroy {
  constructor(private readonly server: TaskServer) {}

  /** Lets running tasks finish. The root module's hook runs first, while all that handlers need is still open. */
  async onModuleDestroy(): Promise<void> {
    await this.server.drain();
  }
}
