import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';
import { QueueHealth } from './queue-health';

/** Terminus would load `@nestjs/swagger` for its decorators, in every worker: a quarter of a second and 15 MB. */
const WITHOUT_SWAGGER = { swaggerDocumentation: false, noCache: true };

/**
 * `GET /health/live`: the process answers; a broker that is away is no reason to restart it.
 * `GET /health/ready`: 200 when it can do its work, 503 with every reason when it cannot.
 */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly queue: QueueHealth,
  ) {}

  @Get('live')
  @HealthCheck(WITHOUT_SWAGGER)
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck(WITHOUT_SWAGGER)
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.queueReadiness()]);
  }

  private queueReadiness(): HealthIndicatorResult {
    const indicator = this.indicators.check('queue');
    const { isReady, problems, remarks } = this.queue.readiness();
    if (isReady) return remarks === undefined ? indicator.up() : indicator.up({ remarks });
    return indicator.down(remarks === undefined ? { problems } : { problems, remarks });
  }
}
