import { Controller, Get, Header } from '@nestjs/common';
import { MetricsSource } from './metrics-source';
import { PROMETHEUS_TEXT, prometheusText } from './prometheus-text';

/** `GET /metrics`, for Prometheus. It asks nobody who they are: it tells names of queues and tasks, and how many, never a payload or an id. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly source: MetricsSource) {}

  @Get()
  @Header('content-type', PROMETHEUS_TEXT)
  @Header('cache-control', 'no-store')
  async metrics(): Promise<string> {
    return prometheusText(await this.source.metrics());
  }
}
