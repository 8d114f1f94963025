import { TaskContext } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { tutorial } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DottedWork } from './dotted-work';

/**
 * The handler of `tutorial`, as any Nest worker on RabbitMQ has one; `@Handles(tutorial)` would be the same, with its types looked at. It only passes
 * on: the work is a plain class that needs neither Nest nor a broker.
 */
@Controller()
export class TutorialController {
  constructor(private readonly work: DottedWork) {}

  @EventPattern<string>(tutorial.name)
  async run(@Payload() text: PayloadOf<typeof tutorial>, @Ctx() context: TaskContext): Promise<void> {
    await this.work.run(text, context.signal);
  }
}
