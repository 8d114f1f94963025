import { Controller, Get } from '@nestjs/common';
import { Needs } from './access/role';

/**
 * `GET /health/live` and `/health/ready`: the process answers. A dashboard whose broker is away is alive and ready, because
 * telling so is its work.
 */
@Controller('health')
@Needs('nobody')
export class HealthController {
  @Get(['live', 'ready'])
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
