import { DeadLetterQueues, TaskRegistry } from '@app/queue';
import { Body, Controller, Get, HttpCode, Inject, Logger, NotFoundException, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { By } from '../access/dashboard-request';
import { Needs } from '../access/role';
import { FailureGroups } from '../failures/failure-groups';
import { PAST } from '../past/past';
import type { Past, PastTask } from '../past/past';
import { requestBody } from '../request-body';
import { WorkQueues } from '../work-queues';
import { deadTask, withEarlierRuns } from './dead-task';
import type { DeadTask } from './dead-task';

/** One task, and what its definition says. */
interface TaskAnswer {
  readonly task: PastTask;
  readonly definition?: { readonly attempts: number };
}

const redriving = z.strictObject({ queue: z.string().max(255) });

/** Tasks, one by one. */
@Controller('api/tasks')
export class TasksController {
  private readonly logger = new Logger('Dashboard');

  constructor(
    private readonly deadLetters: DeadLetterQueues,
    private readonly registry: TaskRegistry,
    private readonly failures: FailureGroups,
    private readonly queues: WorkQueues,
    @Inject(PAST) private readonly past: Past,
  ) {}

  /**
   * One task: what the history knows of it, or else what its dead letter says. With `queue` the dead letter is looked for there whatever the
   * history says: what the broker itself puts aside nobody records.
   */
  @Get(':id')
  async task(@Param('id') id: string, @Query('queue') queue?: string): Promise<TaskAnswer> {
    const known = this.past.task(id);
    const isKnown = known !== undefined && (queue === undefined || known.state === 'dead-lettered');
    const dead = isKnown ? undefined : await this.deadTask(id, queue);
    const task = dead === undefined ? known : withEarlierRuns(dead, known);
    if (task === undefined) throw new NotFoundException('Nothing is known of this task.');
    const attempts = task.name === undefined ? undefined : this.registry.get(task.name)?.attempts;
    return { task, ...(attempts === undefined ? {} : { definition: { attempts } }) };
  }

  /** Gives a task back from its dead-letter queue. */
  @Post(':id/redrive')
  @Needs('operator')
  @HttpCode(200)
  async redrive(@Param('id') id: string, @Body() body: unknown, @By() by: string): Promise<{ done: number }> {
    const queue = this.queues.named(requestBody(redriving, body).queue);
    const { done } = await this.failures.alone('action', () => this.deadLetters.redrive({ queue, id }, { by }));
    this.logger.log(`${by} gave back ${done} dead letters of ${queue}, by id`);
    return { done };
  }

  private async deadTask(id: string, queue: string | undefined): Promise<DeadTask | undefined> {
    const filter = queue === undefined ? {} : { queue: this.queues.named(queue) };
    const letters = await this.failures.alone('look', () => this.deadLetters.show(id, filter));
    const last = letters.at(-1);
    return last === undefined ? undefined : deadTask(last, Date.now());
  }
}
