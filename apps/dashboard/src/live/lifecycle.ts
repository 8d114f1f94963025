import type { Steering, TaskHistory } from '@app/queue';
import type { QueueOperations } from '@app/queue/operating';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Pulse } from './pulse';

/** Begins with the app, and ends before it: pages that listen would keep the server from closing. */
export class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly pulse: Pulse,
    private readonly operations: QueueOperations,
    private readonly history: TaskHistory,
    private readonly steering: Steering,
  ) {}

  onApplicationBootstrap(): void {
    // Both take as long as there is no broker, and never reject.
    void this.history.open();
    void this.steering.open();
    this.pulse.start();
  }

  beforeApplicationShutdown(): void {
    this.pulse.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.operations.close();
  }
}
