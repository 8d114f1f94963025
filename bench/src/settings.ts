import { queueSettings, readSettings, setting, wholeNumber } from '@app/queue';
import { z } from 'zod';

/** What `bench/lib` tells its processes; nobody else starts them. */
const benchSettings = {
  run: setting({ env: ['BENCH_RUN'], schema: z.string().default('run'), doc: 'What the ids of this run begin with.' }),
  tasks: setting({ env: ['BENCH_TASKS'], schema: wholeNumber(0, 10_000_000).default(0), doc: 'Tasks to add.' }),
  failing: setting({
    env: ['BENCH_FAILING'],
    schema: wholeNumber(0, 10_000_000).default(0),
    doc: 'Every so manieth task fails twice; 0: none.',
  }),
  rate: setting({ env: ['BENCH_RATE'], schema: wholeNumber(1, 1_000_000).default(1), doc: 'Adds a second.' }),
  seed: setting({ env: ['BENCH_SEED'], schema: z.string().default(''), doc: 'Decides the delays.' }),
};

/** The settings of the library and of the run, from the environment. */
export const settings = readSettings({ ...queueSettings, ...benchSettings }, process.env);
