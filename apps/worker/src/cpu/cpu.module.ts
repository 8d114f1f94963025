import { Module } from '@nestjs/common';
import { CpuController } from './cpu.controller';
import { HashBurner } from './hash-burner';

/** Work that costs only processor time. It lives in the worker's threads (`cpu.thread.ts`), not in the worker itself. */
@Module({ controllers: [CpuController], providers: [HashBurner] })
export class CpuModule {}
