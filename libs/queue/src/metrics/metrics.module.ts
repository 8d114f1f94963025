import { Module } from '@nestjs/common';
import { Publisher } from '../connection/publisher';
import { TaskServer } from '../consuming/task-server';
import { QueueEvents } from '../events';
import { QueueHealth } from '../health/queue-health';
import { Steering } from '../steering/steering';
import { TaskRegistry } from '../task-registry';
import { AppMetrics } from '../telemetry/app-metrics';
import { MetricsController } from './metrics.controller';
import { MetricsSource } from './metrics-source';

/**
 * `/metrics` over HTTP: import it from `@app/queue/metrics` beside `QueueModule` in an app that listens. In a worker under a supervisor
 * (`WORKER_PROCESSES`) it gives the supervisor what that one's `/metrics` answers.
 */
@Module({
  controllers: [MetricsController],
  providers: [
    {
      provide: MetricsSource,
      useFactory: (
        registry: TaskRegistry,
        events: QueueEvents,
        server: TaskServer,
        health: QueueHealth,
        steering: Steering,
        publisher: Publisher,
      ) => new AppMetrics({ registry, events, server, health, steering, publisher }),
      inject: [TaskRegistry, QueueEvents, TaskServer, QueueHealth, Steering, Publisher],
    },
  ],
  exports: [MetricsSource],
})
export class MetricsModule {}
