import { defineThread } from '@app/queue';

export default defineThread(__filename, {
  module: async () => (await import('./threaded-work.module.js')).ThreadedWorkModule,
});
