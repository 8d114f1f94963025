import { QueueModule, defineTask } from '@app/queue';
import { MetricsModule } from '@app/queue/metrics';
import { settingsOf } from '@app/queue/queue.options';
import { z } from 'zod';
import { runModule } from '../../../test/support/run-module';
import type { Job, Kind } from '../job';
import { TASK } from '../payload';
import { BenchModule } from './warren';
import { optionsFor, taskFor } from './warren-options';

type CaseJob = readonly [string, Omit<Job, 'broker' | 'queue'>];

/** The jobs that Warren does in all cases, with `--quick` and without. */
const jobsOfAllCases = async (): Promise<readonly CaseJob[]> => {
  const jobs = await runModule(
    '../../bench/lib/cases.mjs',
    `({ allCases }) => [true, false].flatMap((isQuick) => allCases(isQuick)).flatMap(({ name, job, participants }) =>
      participants
        .filter(({ contestant }) => contestant === 'warren')
        .map((participant) => [name, { ...job, ...participant.job }]))`,
  );
  return jobs as readonly CaseJob[];
};

const kinds: Kind[] = ['add', 'add-bulk', 'fill', 'handle', 'send', 'receive', 'work', 'start'];

const jobOf = (kind: Kind): Job => ({
  kind,
  broker: { amqp: 'amqp://guest:guest@127.0.0.1:20000' },
  queue: 'bench.q',
  queueType: 'quorum',
  count: 1,
  outstanding: 256,
  concurrency: 64,
});

/** A definition that says nothing but its queue's type, and how often and for how long it is run at most; without what it carries. */
const plainTask = (type: Job['queueType']): object => {
  const limits = { attempts: 5, timeout: 30_000 };
  const task = defineTask({ name: TASK, queue: 'bench.q', payload: z.object({}), ...limits });
  return withoutPayload({ ...task, queue: { ...task.queue, type } });
};

const withoutPayload = <Task extends { readonly payload: unknown }>({ payload: _, ...task }: Task): object => task;

describe('Warren as it is measured', () => {
  it.each(kinds)('has its default settings with %s, but for the broker and the concurrency', (kind) => {
    const options = optionsFor(jobOf(kind));
    const byDefault = settingsOf({ tasks: [] });
    expect(settingsOf(options)).toEqual({ ...byDefault, urls: options.urls, concurrency: 64 });
    expect(Object.keys(options).toSorted()).toEqual(['concurrency', 'tasks', 'urls']);
  });

  it('has its default settings in each case, but for the concurrency and, where they are measured, threads', async () => {
    const jobs = await jobsOfAllCases();
    expect(jobs.length).toBeGreaterThan(40);
    const byDefault = settingsOf({ tasks: [] });
    for (const [name, job] of jobs) {
      const whole = { ...jobOf('handle'), ...job };
      const options = optionsFor(whole);
      const isThreaded = name.startsWith('cpu-threads');
      const { concurrency } = settingsOf(options);
      expect([name, settingsOf(options)]).toEqual([
        name,
        { ...byDefault, urls: options.urls, concurrency, ...(isThreaded && { threads: 2 }) },
      ]);
      const besides = isThreaded ? ['thread', 'threads'] : [];
      expect([name, Object.keys(options).toSorted()]).toEqual([name, ['concurrency', 'tasks', ...besides, 'urls']]);
      expect([name, options.tasks.map(withoutPayload)]).toEqual([
        name,
        [{ ...plainTask(whole.queueType), ...(isThreaded && { runIn: 'thread' }) }],
      ]);
    }
  });

  it('is made of the queue’s module and of that which counts for Prometheus, and of nothing else', () => {
    const job = jobOf('add');
    const { imports = [], providers, controllers } = BenchModule.for(job);
    expect(imports).toEqual([expect.objectContaining({ module: QueueModule }), MetricsModule]);
    expect({ providers, controllers }).toEqual({ providers: undefined, controllers: undefined });
  });

  it('has threads in a case of their own only, and nothing else that is not the default', () => {
    const options = optionsFor({ ...jobOf('work'), threads: 2 });
    const byDefault = settingsOf({ tasks: [] });
    expect(settingsOf(options)).toEqual({ ...byDefault, urls: options.urls, concurrency: 64, threads: 2 });
    expect(Object.keys(options).toSorted()).toEqual(['concurrency', 'tasks', 'thread', 'threads', 'urls']);
    const { payload: _, ...threaded } = taskFor({ ...jobOf('work'), threads: 2 });
    const { payload: __, ...plain } = taskFor(jobOf('work'));
    expect(threaded).toEqual({ ...plain, runIn: 'thread' });
  });

  it.each(kinds)(
    'has a task that says nothing with %s but its queue, what it carries, and that it is timed and tried again',
    (kind) => {
      expect(withoutPayload(taskFor(jobOf(kind)))).toEqual(plainTask('quorum'));
    },
  );

  it('checks what its tasks carry', () => {
    expect(taskFor(jobOf('handle')).payload.safeParse({ text: 1 }).success).toBe(false);
    expect(taskFor(jobOf('receive')).payload.safeParse({ at: 'now' }).success).toBe(false);
    expect(taskFor(jobOf('work')).payload.safeParse({ milliseconds: 1, how: 'sleep' }).success).toBe(false);
    expect(taskFor(jobOf('add')).payload.safeParse({ text: 'x' }).success).toBe(true);
  });
});
