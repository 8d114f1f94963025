import { TaskContext } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { cpuBurn } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { HashBurner } from './hash-burner';

/** The handler of `cpu.burn`. */
@Controller()
export class CpuController {
  constructor(private readonly burner: HashBurner) {}

  @EventPattern<string>(cpuBurn.name)
  async burn(@Payload() task: PayloadOf<typeof cpuBurn>, @Ctx() context: TaskContext): Promise<void> {
    await this.burner.burn(task, context.signal);
  }
}
