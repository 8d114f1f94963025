import { queueSettings, readSettings, setting, wholeNumber } from '@app/queue';
import { z } from 'zod';

/** What `scripts/lib/chaos` tells its processes; nobody else starts them. */
const chaosSettings = {
  ledger: setting({ env: ['CHAOS_LEDGER'], schema: z.string(), doc: 'The folder of the ledger.' }),
  prefix: setting({
    env: ['CHAOS_PREFIX'],
    schema: z.string(),
    doc: 'What the names of this run’s queues begin with.',
  }),
  name: setting({ env: ['CHAOS_NAME'], schema: z.string(), doc: 'The name of the process: a part of ids and files.' }),
  seed: setting({ env: ['CHAOS_SEED'], schema: z.string(), doc: 'Decides the tasks.' }),
  tasks: setting({ env: ['CHAOS_TASKS'], schema: wholeNumber(0, 10_000_000).default(0), doc: 'Tasks to add.' }),
  seconds: setting({ env: ['CHAOS_SECONDS'], schema: wholeNumber(1, 86_400).default(1), doc: 'Time to add them in.' }),
  kinds: setting({
    env: ['CHAOS_KINDS'],
    schema: z.string().default('ordinary'),
    doc: 'The kinds of tasks to add, comma-separated.',
  }),
  removesQueues: setting({
    env: ['CHAOS_REMOVE_QUEUES'],
    schema: z.stringbool().default(false),
    doc: 'Whether the queues of the run go in the end: on a broker that is not the run’s own.',
  }),
};

/** The settings of the library and of the run, from the environment. */
export const settings = readSettings({ ...queueSettings, ...chaosSettings }, process.env);

/** The names of the work queues of this run. */
export const queueNames = { work: `${settings.prefix}work`, sacrificed: `${settings.prefix}sacrificed` };
