import { Controller, Get, HttpException, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { DashboardRequest } from '../access/dashboard-request';
import { LiveStream } from './live-stream';
import { Overview } from './overview';
import type { OverviewAnswer } from './overview';

/** What every page shows, once and as it changes. */
@Controller('api')
export class LiveController {
  constructor(
    private readonly overview: Overview,
    private readonly stream: LiveStream,
  ) {}

  /** The queues with their counters, and whether the broker answers. */
  @Get('overview')
  now(): OverviewAnswer {
    return this.overview.now(Date.now());
  }

  /** The same, pushed every second (`overview`), and ids of tasks that have changed (`tasks`, which says when it has not all of them), as server-sent events. */
  @Get('events')
  events(@Req() request: DashboardRequest, @Res() response: Response): void {
    const isAllowed = (): boolean => request.isLoggedIn?.() === true;
    if (!this.stream.join(response, isAllowed)) throw new HttpException('Too many pages are open; close some.', 503);
    this.stream.send(response, 'overview', this.overview.now(Date.now()));
  }
}
