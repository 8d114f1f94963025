import { queueSettings, readSettings } from '@app/queue';
import { registerAs } from '@nestjs/config';
import type { ConfigType } from '@nestjs/config';
import { producerSettings } from './producer.settings';

/** The producer's configuration, read once from the environment and `.env`; every wrong variable is reported at once. */
export const producerConfiguration = registerAs('producer', () =>
  readSettings({ ...queueSettings, ...producerSettings }, process.env),
);

/** The values of every setting of the producer and of `@app/queue`, for `inject: [producerConfiguration.KEY]`. */
export type ProducerConfiguration = ConfigType<typeof producerConfiguration>;
