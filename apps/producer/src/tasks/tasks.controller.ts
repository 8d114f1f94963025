import { fieldProblems, Steering, TaskQueue, TaskRegistry } from '@app/queue';
import type { AddedTask, AddResult } from '@app/queue';
import { Body, Controller, Delete, HttpCode, Ip, Logger, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { httpProblemOf } from '../problems/http-problem';
import type { HttpProblem } from '../problems/http-problem';
import { BatchNotAddedError, InvalidRequestError, TaskNotAddedError } from '../problems/request-errors';
import { callerOf } from './caller';
import { batchStatusOf, troublesOf } from './batch-result';
import type { BatchResult } from './batch-result';
import { PlainJsonPipe } from './plain-json.pipe';
import { readTaskRequest } from './read-task-request';
import type { RequestedTask } from './read-task-request';
import { batchRequest, cancelRequest } from './task-request';

/** Adds tasks on request. Each success is answered after the broker has confirmed, not before. */
@Controller('tasks')
export class TasksController {
  private readonly logger = new Logger('Producer');

  constructor(
    private readonly queue: TaskQueue,
    private readonly registry: TaskRegistry,
    private readonly steering: Steering,
  ) {}

  /** One task: 202 with its id and queue, or a problem. */
  @Post()
  @HttpCode(202)
  async add(@Body(PlainJsonPipe) body: unknown): Promise<AddedTask> {
    const { task, payload, options } = await readTaskRequest(body, this.registry);
    try {
      return await this.queue.add(task, payload, options);
    } catch (error) {
      throw new TaskNotAddedError(options.id, error);
    }
  }

  /** Many tasks, with a result for each in the order of the request. */
  @Post('batch')
  async addBatch(
    @Body(PlainJsonPipe) body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ results: readonly BatchResult[] }> {
    const batch = batchRequest.safeParse(body);
    if (!batch.success) throw new InvalidRequestError(fieldProblems(batch.error.issues));
    const results = await this.addEach(batch.data.tasks);
    const status = batchStatusOf(results);
    if (status === 503) throw new BatchNotAddedError(results);
    const troubles = troublesOf(results);
    if (troubles !== '')
      this.logger.warn(`Some of the ${results.length} tasks of a batch were not added: ${troubles}.`);
    response.status(status);
    return { results };
  }

  /** Cancels a task: 202 when the broker has stored the order. Whether there is such a task nobody knows here. */
  @Delete(':id')
  @HttpCode(202)
  async cancel(
    @Param('id') id: string,
    @Query() query: unknown,
    @Ip() address: string | undefined,
  ): Promise<{ id: string; by: string }> {
    const request = cancelRequest.safeParse(query);
    if (!request.success) throw new InvalidRequestError(fieldProblems(request.error.issues));
    const by = callerOf(address, request.data.by);
    await this.steering.cancel(id, by);
    return { id, by };
  }

  private async addEach(bodies: readonly unknown[]): Promise<BatchResult[]> {
    const requests = await Promise.all(bodies.map((body) => this.read(body)));
    const added = await this.queue.addBulk(requests.filter((request) => 'task' in request));
    const rest = added.values();
    return requests.map((request, index) => {
      if (!('task' in request)) return { index, status: request.status, error: request };
      return resultOf(index, request.options.id, rest.next().value as AddResult); // one for each that was sent, in order
    });
  }

  private async read(body: unknown): Promise<RequestedTask | HttpProblem> {
    try {
      return await readTaskRequest(body, this.registry);
    } catch (error) {
      return httpProblemOf(error);
    }
  }
}

function resultOf(index: number, id: string, added: AddResult): BatchResult {
  if (added.ok) return { index, status: 202, id: added.id, queue: added.queue };
  const error = httpProblemOf(new TaskNotAddedError(id, added.error));
  return { index, status: error.status, error };
}
