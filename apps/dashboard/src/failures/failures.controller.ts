import { Body, Controller, Get, HttpCode, Logger, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { By } from '../access/dashboard-request';
import { Needs } from '../access/role';
import { BrokerWatch } from '../live/broker-watch';
import { requestBody } from '../request-body';
import { WorkQueues } from '../work-queues';
import { FailureGroups } from './failure-groups';
import type { FailureReading, GroupResult } from './failure-groups';

const action = z.strictObject({
  key: z.string().max(64),
  queue: z.string().max(255),
  isDryRun: z.boolean(),
  limit: z.int().nonnegative().optional(),
});

/** The dead letters by task and error, and what is done about all of a kind. */
@Controller('api/failures')
export class FailuresController {
  private readonly logger = new Logger('Dashboard');

  constructor(
    private readonly failures: FailureGroups,
    private readonly queues: WorkQueues,
    private readonly watch: BrokerWatch,
  ) {}

  @Get()
  read(@Query('queue') queue?: string): Promise<FailureReading> {
    const counts = this.watch.counts?.queues ?? [];
    const dead = counts.reduce((sum, count) => sum + (count.dead ?? 0), 0);
    return this.failures.read(queue === undefined ? undefined : this.queues.named(queue), dead);
  }

  /** Gives a group back to its queue, the oldest `limit` of it at most; with `isDryRun` it is only counted. */
  @Post('redrive')
  @Needs('operator')
  @HttpCode(200)
  redrive(@Body() body: unknown, @By() by: string): Promise<GroupResult> {
    return this.act('redrive', body, by);
  }

  /** Throws a group away for good, the oldest `limit` of it at most; with `isDryRun` it is only counted. */
  @Post('purge')
  @Needs('admin')
  @HttpCode(200)
  purge(@Body() body: unknown, @By() by: string): Promise<GroupResult> {
    return this.act('purge', body, by);
  }

  private async act(what: 'redrive' | 'purge', body: unknown, by: string): Promise<GroupResult> {
    const { key, queue, isDryRun, limit } = requestBody(action, body);
    const answer = await this.failures.act(what, { key, queue: this.queues.named(queue), limit }, isDryRun, by);
    if (!isDryRun) {
      const verb = what === 'redrive' ? 'gave back' : 'threw away';
      this.logger.log(`${by} ${verb} ${answer.done} dead letters of ${queue} (${answer.failed} could not be)`);
    }
    return answer;
  }
}
