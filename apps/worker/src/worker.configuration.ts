import { queueSettings, readSettings } from '@app/queue';
import { ConfigModule, registerAs } from '@nestjs/config';
import type { ConfigType } from '@nestjs/config';
import { workerSettings } from './worker.settings';

/** The worker's configuration, read once from the environment and `.env`; every wrong variable is reported at once. */
export const workerConfiguration = registerAs('worker', () =>
  readSettings({ ...queueSettings, ...workerSettings }, process.env),
);

/** The values of every setting of the worker and of `@app/queue`, for `inject: [workerConfiguration.KEY]`. */
export type WorkerConfiguration = ConfigType<typeof workerConfiguration>;

/** The module that provides it. Made here, because making it is what reads `.env`, and a supervisor wants no more than that. */
export const workerConfigurationModule = ConfigModule.forRoot({ isGlobal: true, load: [workerConfiguration] });
