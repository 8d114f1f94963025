import { QueueModule } from '@app/queue';
import { MetricsModule } from '@app/queue/metrics';
import { allEvents, allTasks } from '@app/tasks';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access/access.guard';
import { Gate } from './access/gate';
import { SessionController } from './access/session.controller';
import { UserList } from './access/user-list';
import { dashboardConfiguration } from './dashboard.configuration';
import type { DashboardConfiguration } from './dashboard.configuration';
import { HealthController } from './health.controller';
import { LiveModule } from './live/live.module';
import { PagesController } from './pages/pages.controller';
import { ProblemFilter } from './problem.filter';

/** The dashboard: a JSON API over what the broker keeps, and the pages that show it. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [dashboardConfiguration] }),
    QueueModule.forRootAsync({
      inject: [dashboardConfiguration.KEY],
      useFactory: (configuration: DashboardConfiguration) => ({ ...configuration, tasks: allTasks, events: allEvents }),
    }),
    LiveModule,
    MetricsModule,
  ],
  controllers: [SessionController, HealthController, PagesController],
  providers: [
    {
      provide: Gate,
      useFactory: (configuration: DashboardConfiguration) => new Gate(configuration),
      inject: [dashboardConfiguration.KEY],
    },
    {
      provide: UserList,
      useFactory: ({ users }: DashboardConfiguration) => UserList.of(users),
      inject: [dashboardConfiguration.KEY],
    },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class DashboardModule {}
