import { queueSettings, readSettings } from '@app/queue';

/** The broker that AMQP_URL names, and every other setting of the queues, as the environment has it. */
export const broker = readSettings(queueSettings, process.env);

/** For `createWorker`: log lines would stand between what the examples print. */
export const quiet = { logger: false } as const;
