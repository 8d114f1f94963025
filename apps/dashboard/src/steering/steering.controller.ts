import { Steering } from '@app/queue';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { By } from '../access/dashboard-request';
import { Needs } from '../access/role';
import { requestBody } from '../request-body';
import { WorkQueues } from '../work-queues';

const pausing = z.strictObject({ reason: z.string().trim().max(200).optional() });

/**
 * Orders to the workers. 204: the broker keeps the order, and the workers' events tell that it is carried out.
 */
@Controller('api')
export class SteeringController {
  constructor(
    private readonly steering: Steering,
    private readonly queues: WorkQueues,
  ) {}

  /** No worker takes a task of the queue until it is resumed. */
  @Post('queues/:name/pause')
  @Needs('operator')
  @HttpCode(204)
  async pause(@Param('name') name: string, @Body() body: unknown, @By() by: string): Promise<void> {
    const { reason } = requestBody(pausing, body);
    await this.steering.pause(this.queues.named(name), by, reason === '' ? undefined : reason);
  }

  @Post('queues/:name/resume')
  @Needs('operator')
  @HttpCode(204)
  async resume(@Param('name') name: string, @By() by: string): Promise<void> {
    await this.steering.resume(this.queues.named(name), by);
  }

  /** The task does not run; when it runs, its signal fires. */
  @Post('tasks/:id/cancel')
  @Needs('operator')
  @HttpCode(204)
  async cancel(@Param('id') id: string, @By() by: string): Promise<void> {
    await this.steering.cancel(id, by);
  }

  /** The worker takes nothing new, and stays. */
  @Post('workers/:name/quiet')
  @Needs('operator')
  @HttpCode(204)
  async quiet(@Param('name') name: string, @By() by: string): Promise<void> {
    await this.steering.quiet(name, by);
  }

  /** The worker stops as SIGTERM would have it. */
  @Post('workers/:name/stop')
  @Needs('admin')
  @HttpCode(204)
  async stop(@Param('name') name: string, @By() by: string): Promise<void> {
    await this.steering.stop(name, by);
  }
}
