import { defineThread } from '@app/queue';

/** What the threads of a worker run that computes in threads. */
export default defineThread(__filename, {
  module: async () => (await import('./spinning.module.js')).SpinningModule,
});
