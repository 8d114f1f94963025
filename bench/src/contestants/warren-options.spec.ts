import { QueueModule, defineTask } from '@app/queue';
import { MetricsModule } from '@app/queue/metrics';
import { settingsOf } from '@app/queue/queue.options';
import { z } from 'zod';
import { runModule } from '../../../test/support/run-module';
import type { Trial, Kind } from '../trial';
import { TASK } from '../payload';
import { BenchModule } from './warren';
import { optionsFor, taskFor } from './warren-options';

type CaseTrial = readonly [string, Omit<Trial, 'broker' | 'queue'>];

/** The trials that Warren does in all cases, with `--quick` and without. */
const trialsOfAllCases = async (): Promise<readonly CaseTrial[]> => {
  const trials = await runModule(
    '../../bench/lib/cases.mjs',
    `({ allCases }) => [true, false].flatMap((isQuick) => allCases(isQuick)).flatMap(({ name, trial, participants }) =>
      participants
        .filter(({ contestant }) => contestant === 'warren')
        .map((participant) => [name, { ...trial, ...participant.trial }]))`,
  );
  return trials as readonly CaseTrial[];
};

const kinds: Kind[] = ['add', 'add-bulk', 'fill', 'handle', 'add-timed', 'handle-timed', 'work', 'start'];

const trialOf = (kind: Kind): Trial => ({
  kind,
  broker: { amqp: 'amqp://guest:guest@127.0.0.1:20000' },
  queue: 'bench.q',
  queueType: 'quorum',
  count: 1,
  outstanding: 256,
  concurrency: 64,
});

/** A definition that says nothing but its queue's type, and how often and for how long it is run at most; without what it carries. */
const plainTask = (type: Trial['queueType']): object => {
  const limits = { attempts: 5, timeout: 30_000 };
  const task = defineTask({ name: TASK, queue: 'bench.q', payload: z.object({}), ...limits });
  return withoutPayload({ ...task, queue: { ...task.queue, type } });
};

const withoutPayload = <Task extends { readonly payload: unknown }>({ payload: _, ...task }: Task): object => task;

describe('Warren as it is measured', () => {
  it.each(kinds)('has its default settings with %s, but for the broker and the concurrency', (kind) => {
    const options = optionsFor(trialOf(kind));
    const byDefault = settingsOf({ tasks: [] });
    expect(settingsOf(options)).toEqual({ ...byDefault, urls: options.urls, concurrency: 64 });
    expect(Object.keys(options).toSorted()).toEqual(['concurrency', 'tasks', 'urls']);
  });

  it('has its default settings in each case, but for the concurrency and, where they are measured, threads', async () => {
    const trials = await trialsOfAllCases();
    expect(trials.length).toBeGreaterThan(40);
    const byDefault = settingsOf({ tasks: [] });
    for (const [name, trial] of trials) {
      const whole = { ...trialOf('handle'), ...trial };
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
    const trial = trialOf('add');
    const { imports = [], providers, controllers } = BenchModule.for(trial);
    expect(imports).toEqual([expect.objectContaining({ module: QueueModule }), MetricsModule]);
    expect({ providers, controllers }).toEqual({ providers: undefined, controllers: undefined });
  });

  it('has threads in a case of their own only, and nothing else that is not the default', () => {
    const options = optionsFor({ ...trialOf('work'), threads: 2 });
    const byDefault = settingsOf({ tasks: [] });
    expect(settingsOf(options)).toEqual({ ...byDefault, urls: options.urls, concurrency: 64, threads: 2 });
    expect(Object.keys(options).toSorted()).toEqual(['concurrency', 'tasks', 'thread', 'threads', 'urls']);
    const { payload: _, ...threaded } = taskFor({ ...trialOf('work'), threads: 2 });
    const { payload: __, ...plain } = taskFor(trialOf('work'));
    expect(threaded).toEqual({ ...plain, runIn: 'thread' });
  });

  it.each(kinds)(
    'has a task that says nothing with %s but its queue, what it carries, and that it is timed and tried again',
    (kind) => {
      expect(withoutPayload(taskFor(trialOf(kind)))).toEqual(plainTask('quorum'));
    },
  );

  it('checks what its tasks carry', () => {
    expect(taskFor(trialOf('handle')).payload.safeParse({ text: 1 }).success).toBe(false);
    expect(taskFor(trialOf('handle-timed')).payload.safeParse({ at: 'now' }).success).toBe(false);
    expect(taskFor(trialOf('work')).payload.safeParse({ milliseconds: 1, how: 'sleep' }).success).toBe(false);
    expect(taskFor(trialOf('add')).payload.safeParse({ text: 'x' }).success).toBe(true);
  });
});
