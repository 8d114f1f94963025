import { Module } from '@nestjs/common';
import { CpuController } from './cpu.controller';
import { HashBurner } from './hash-burner';

/** Work that costs only processor time. */
@Module({ controllers: [CpuController], providers: [HashBurner] })
export class CpuModule {}
