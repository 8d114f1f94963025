import { defineThread } from '@app/queue';
import { existsSync } from 'node:fs';

export default defineThread(__filename, {
  module: async () => (await import('./threaded-work.module.js')).ThreadedWorkModule,
  setUp: () => {
    // Boots as soon as somebody makes this file.
    const needed = process.env['BOOT_NEEDS_FILE'];
    if (needed !== undefined && !existsSync(needed)) throw new Error(`${needed} is not there`);
  },
});
