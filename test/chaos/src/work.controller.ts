import { setTimeout as delay } from 'node:timers/promises';
import { TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { LedgerFile } from './ledger';
import { handled } from './tasks';
import type { Work } from './tasks';

const names = Object.values(handled).map(({ name }) => name);

/** Does the work of every kind, and enters each run into the ledger: its end before the broker can hear of it. */
@Controller()
export class WorkController {
  constructor(private readonly ledger: LedgerFile) {}

  @EventPattern(names)
  async run(@Payload() { work, failures, notBefore }: Work, @Ctx() context: TaskContext): Promise<void> {
    const { id = 'nobody', attempt } = context;
    const early = notBefore - Date.now();
    if (early > 0) this.ledger.write('early', id, early);
    this.ledger.write('begun', id, attempt);
    await delay(work);
    if (attempt <= failures) {
      this.ledger.write('failed', id, attempt);
      throw new Error(`attempt ${attempt} was planned to fail`);
    }
    this.ledger.write('done', id, attempt);
  }
}
