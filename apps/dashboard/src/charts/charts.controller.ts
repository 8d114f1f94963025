import { BadRequestException, Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Samples } from './samples';
import type { Series } from './samples';

const ranges = z.enum(['15m', '1h', '6h', '24h']);

/** How it went. */
@Controller('api/charts')
export class ChartsController {
  constructor(private readonly samples: Samples) {}

  /** Columns for charts of every queue, from as long ago as `range` says. */
  @Get()
  series(@Query('range') range?: string): Series {
    const wanted = ranges.safeParse(range ?? '15m');
    if (!wanted.success) throw new BadRequestException(`range is one of ${ranges.options.join(', ')}.`);
    return this.samples.series(wanted.data, Date.now());
  }
}
