import { defineThread } from '@app/queue';

export default defineThread(__filename, {
  module: async () => (await import('./primes.controller.js')).PrimesThreadModule,
});
