import { defineThread } from '@app/queue';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export default defineThread(__filename, {
  module: async () => (await import('./threaded-work.module.js')).ThreadedWorkModule,
  setUp: async () => {
    await delay(Number(process.env['BOOT_TAKES_MS'] ?? 0));
    // Boots as soon as somebody makes this file.
    const needed = process.env['BOOT_NEEDS_FILE'];
    if (needed !== undefined && !existsSync(needed)) throw new Error(`${needed} is not there`);
  },
});
