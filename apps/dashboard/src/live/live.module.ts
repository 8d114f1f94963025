import { DeadLetterQueues, QueueEvents, Steering, TaskHistory, TaskRegistry } from '@app/queue';
import { MetricsModule, MetricsSource } from '@app/queue/metrics';
import { QueueOperations } from '@app/queue/operating';
import { Module } from '@nestjs/common';
import { ChartsController } from '../charts/charts.controller';
import { Samples } from '../charts/samples';
import { dashboardConfiguration } from '../dashboard.configuration';
import type { DashboardConfiguration } from '../dashboard.configuration';
import { FailureGroups } from '../failures/failure-groups';
import { FailuresController } from '../failures/failures.controller';
import { HistoryPast } from '../past/history-past';
import { PAST } from '../past/past';
import type { Past } from '../past/past';
import { PastController } from '../past/past.controller';
import { SteeringController } from '../steering/steering.controller';
import { DeadLettersController } from '../tasks/dead-letters.controller';
import { TasksController } from '../tasks/tasks.controller';
import { WorkQueues } from '../work-queues';
import { BrokerWatch } from './broker-watch';
import { Lifecycle } from './lifecycle';
import { LiveStream } from './live-stream';
import { LiveController } from './live.controller';
import { Overview } from './overview';
import { Pulse } from './pulse';
import { WaitingMetrics } from './waiting-metrics';

/** What the pages show and do. */
@Module({
  imports: [MetricsModule],
  controllers: [
    LiveController,
    PastController,
    SteeringController,
    ChartsController,
    FailuresController,
    TasksController,
    DeadLettersController,
  ],
  providers: [
    LiveStream,
    Samples,
    {
      provide: QueueOperations,
      useFactory: (configuration: DashboardConfiguration, { tasks, queues }: TaskRegistry) =>
        new QueueOperations({ ...configuration, tasks, queues }),
      inject: [dashboardConfiguration.KEY, TaskRegistry],
    },
    {
      provide: BrokerWatch,
      useFactory: (operations: QueueOperations, events: QueueEvents, failures: FailureGroups) =>
        new BrokerWatch(operations, events, failures),
      inject: [QueueOperations, QueueEvents, FailureGroups],
    },
    {
      provide: PAST,
      useFactory: (history: TaskHistory) => new HistoryPast(history),
      inject: [TaskHistory],
    },
    {
      provide: Overview,
      useFactory: (watch: BrokerWatch, past: Past, steering: Steering) => new Overview(watch, past, steering),
      inject: [BrokerWatch, PAST, Steering],
    },
    {
      provide: WaitingMetrics,
      useFactory: (source: MetricsSource, overview: Overview) => new WaitingMetrics(source, overview),
      inject: [MetricsSource, Overview],
    },
    {
      provide: Pulse,
      useFactory: (watch: BrokerWatch, overview: Overview, stream: LiveStream, samples: Samples, past: Past) =>
        new Pulse(watch, overview, stream, samples, past),
      inject: [BrokerWatch, Overview, LiveStream, Samples, PAST],
    },
    {
      provide: Lifecycle,
      useFactory: (pulse: Pulse, operations: QueueOperations, history: TaskHistory, steering: Steering) =>
        new Lifecycle(pulse, operations, history, steering),
      inject: [Pulse, QueueOperations, TaskHistory, Steering],
    },
    {
      provide: FailureGroups,
      useFactory: (deadLetters: DeadLetterQueues) => new FailureGroups(deadLetters),
      inject: [DeadLetterQueues],
    },
    {
      provide: WorkQueues,
      useFactory: (registry: TaskRegistry) => new WorkQueues(registry),
      inject: [TaskRegistry],
    },
  ],
})
export class LiveModule {}
