import { appLogger, defineThread } from '@app/queue';
import { workerConfiguration } from '../worker.configuration';

/** What the worker's threads run: `cpu.burn`, which would keep the event loop from everything else. */
export default defineThread(__filename, {
  module: async () => (await import('./cpu.module.js')).CpuModule,
  setUp: (app) => app.useLogger(appLogger(workerConfiguration().logFormat)),
});
