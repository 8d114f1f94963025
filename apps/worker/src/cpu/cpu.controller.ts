import { Handles } from '@app/queue';
import type { PayloadOf } from '@app/queue';
import { cpuBurn } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { HashBurner } from './hash-burner';

/** The handler of `cpu.burn`; its result is the hash. It need not look at its signal: at a stop its thread is ended, and the task goes back. */
@Controller()
export class CpuController {
  constructor(private readonly burner: HashBurner) {}

  @Handles(cpuBurn)
  burn(@Payload() task: PayloadOf<typeof cpuBurn>): string {
    return this.burner.burn(task);
  }
}
