import { defineThread } from '@app/queue';

// #region thread
export default defineThread(__filename, {
  module: async () => (await import('./primes.controller.js')).PrimesThreadModule,
});
// #endregion
