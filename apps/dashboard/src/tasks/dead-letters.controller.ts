import { DeadLetterQueues, TaskRegistry } from '@app/queue';
import { Controller, Get, NotFoundException, Param, Query, Req } from '@nestjs/common';
import type { DashboardRequest } from '../access/dashboard-request';
import { FailureGroups } from '../failures/failure-groups';
import { WorkQueues } from '../work-queues';
import { payloadView } from './payload-view';
import type { PayloadView } from './payload-view';

/** What a task that was put aside carries. */
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLetterQueues,
    private readonly registry: TaskRegistry,
    private readonly failures: FailureGroups,
    private readonly queues: WorkQueues,
  ) {}

  /** The payload of one, bounded and masked. */
  @Get(':id')
  async payload(
    @Param('id') id: string,
    @Query('queue') queue: string | undefined,
    @Req() request: DashboardRequest,
  ): Promise<PayloadView> {
    const filter = queue === undefined ? {} : { queue: this.queues.named(queue) };
    const letters = await this.failures.alone('look', () => this.deadLetters.show(id, filter));
    const last = letters.at(-1);
    if (last === undefined) throw new NotFoundException('It is not in a dead-letter queue any more.');
    return payloadView(last, this.registry, request.session?.viewer.role ?? 'read-only');
  }
}
