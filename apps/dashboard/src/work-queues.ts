import type { TaskRegistry } from '@app/queue';
import { NotFoundException } from '@nestjs/common';

/** The queues that may be named in an address or a body: those that are defined. */
export class WorkQueues {
  constructor(private readonly registry: TaskRegistry) {}

  /** The name, when a queue is defined by it. @throws NotFoundException */
  named(name: string): string {
    if (this.registry.queues.some((queue) => queue.name === name)) return name;
    throw new NotFoundException('No queue of that name is defined.');
  }
}
