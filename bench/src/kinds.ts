import { addMany, fill, send, sendAtOnce } from './adding';
import type { Producer } from './adding';
import { handlingFor } from './handling';
import type { Handling } from './handling';
import type { Figures, Job, Kinds, Prepared, Tell } from './job';
import { textFor } from './payload';
import type { BenchPayload } from './payload';
import { Stopwatch } from './stopwatch';

/** A worker that is connected and does not consume yet. */
export interface BenchWorker {
  /** From here on it consumes. */
  start(): Promise<unknown>;
  close(): Promise<void>;
}

/** What a contestant that is written for Node brings along; the rest is the same for all of them. */
export interface Contestant {
  openProducer(job: Job): Promise<Producer>;
  openWorker(job: Job, handling: Handling): Promise<BenchWorker>;
}

/** All kinds of jobs for a contestant. */
export function kindsOf(contestant: Contestant): Kinds {
  const adding = async (job: Job, act: (producer: Producer) => Promise<unknown>): Promise<Prepared> => {
    const producer = await contestant.openProducer(job);
    if (job.kind === 'send') await sendAtOnce(producer, job.warmUp ?? 0);
    else if (job.kind === 'add-bulk') await fill(producer, payloadsOf({ ...job, count: job.warmUp ?? 0 }));
    else await addMany(producer, textFor(job), job.warmUp ?? 0, job.outstanding ?? 1);
    const run = async (): Promise<Figures> => {
      const stopwatch = new Stopwatch();
      await act(producer);
      return stopwatch.read();
    };
    return { run, close: () => producer.close(), isRepeatable: true };
  };

  const handling = async (job: Job, tell: Tell): Promise<Prepared> => {
    const tasks = handlingFor(job, tell);
    const worker = await contestant.openWorker(job, tasks);
    const run = async (): Promise<Figures> => {
      await worker.start();
      return tasks.done;
    };
    return { run, close: () => worker.close() };
  };

  return {
    add: (job) => adding(job, (producer) => addMany(producer, textFor(job), job.count, job.outstanding ?? 1)),
    'add-bulk': (job) => {
      const payloads = payloadsOf(job);
      return adding(job, (producer) => producer.addBulk(payloads));
    },
    fill: (job) => {
      const payloads = payloadsOf(job);
      return adding(job, (producer) => fill(producer, payloads));
    },
    send: (job) => adding(job, (producer) => send(producer, job)),
    handle: handling,
    receive: handling,
    work: handling,
    start: handling,
  };
}

function payloadsOf(job: Job): readonly BenchPayload[] {
  const text = textFor(job);
  return job.tasks ?? Array.from({ length: job.count }, () => text);
}
