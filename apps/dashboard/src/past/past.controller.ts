import { BadRequestException, Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { PAST } from './past';
import type { FoundTasks, Past, PastWorker } from './past';

const wholeNumber = (max: number, byDefault: number): z.ZodType<number> =>
  z.coerce.number().int().min(0).max(max).default(byDefault);

const searching = z.object({
  search: z.string().max(500).default(''),
  limit: wholeNumber(200, 50),
  offset: wholeNumber(1_000_000, 0),
});

const DELAYED_SHOWN = 200;

/** Lists of what happened: tasks, workers, what is still to come. Empty, with a problem on every page, where nothing is kept. */
@Controller('api')
export class PastController {
  constructor(@Inject(PAST) private readonly past: Past) {}

  /** Tasks that a search means, the latest first. */
  @Get('tasks')
  tasks(@Query() query: unknown): FoundTasks {
    const wanted = searching.safeParse(query);
    if (!wanted.success) throw new BadRequestException('A search has 500 characters at most; limit is at most 200.');
    const { search, limit, offset } = wanted.data;
    return this.past.search(search, { limit, offset }, Date.now());
  }

  /** Tasks that wait for their time, the next one first. */
  @Get('delayed')
  delayed(): FoundTasks {
    return this.past.delayed(DELAYED_SHOWN, Date.now());
  }

  /** Every worker that was heard of lately. */
  @Get('workers')
  workers(): { at: number; workers: readonly PastWorker[] } {
    const at = Date.now();
    return { at, workers: this.past.workers(at) };
  }
}
