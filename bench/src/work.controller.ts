import { TaskContext } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { Reporter } from './reporter';
import { delayed, work } from './tasks';

/** Handlers without any work: what is measured is all the rest. */
@Controller()
export class WorkController {
  constructor(private readonly reporter: Reporter) {}

  @EventPattern<string>(work.name)
  work(@Payload() { failures }: PayloadOf<typeof work>, @Ctx() { attempt }: TaskContext): void {
    if (attempt <= failures) throw new Error(`attempt ${attempt} was planned to fail`);
  }

  @EventPattern<string>(delayed.name)
  delayed(@Payload() { due }: PayloadOf<typeof delayed>, @Ctx() { id = 'nobody' }: TaskContext): void {
    this.reporter.noteLateness(id, Date.now() - due);
  }
}
