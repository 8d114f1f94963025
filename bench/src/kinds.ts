import { addMany, addTimed, addTimedAtOnce, fill } from './adding';
import type { Producer } from './adding';
import { handlingFor } from './handling';
import type { Handling } from './handling';
import type { Figures, Trial, Kinds, Prepared, Tell } from './trial';
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
  openProducer(trial: Trial): Promise<Producer>;
  openWorker(trial: Trial, handling: Handling): Promise<BenchWorker>;
}

/** All kinds of trials for a contestant. */
export function kindsOf(contestant: Contestant): Kinds {
  const adding = async (trial: Trial, act: (producer: Producer) => Promise<unknown>): Promise<Prepared> => {
    const producer = await contestant.openProducer(trial);
    if (trial.kind === 'add-timed') await addTimedAtOnce(producer, trial.warmUp ?? 0);
    else if (trial.kind === 'add-bulk') await fill(producer, payloadsOf({ ...trial, count: trial.warmUp ?? 0 }));
    else await addMany(producer, textFor(trial), trial.warmUp ?? 0, trial.outstanding ?? 1);
    const run = async (): Promise<Figures> => {
      const stopwatch = new Stopwatch();
      await act(producer);
      return stopwatch.read();
    };
    return { run, close: () => producer.close(), isRepeatable: true };
  };

  const handling = async (trial: Trial, tell: Tell): Promise<Prepared> => {
    const tasks = handlingFor(trial, tell);
    const worker = await contestant.openWorker(trial, tasks);
    const run = async (): Promise<Figures> => {
      await worker.start();
      return tasks.done;
    };
    return { run, close: () => worker.close() };
  };

  return {
    add: (trial) => adding(trial, (producer) => addMany(producer, textFor(trial), trial.count, trial.outstanding ?? 1)),
    'add-bulk': (trial) => {
      const payloads = payloadsOf(trial);
      return adding(trial, (producer) => producer.addBulk(payloads));
    },
    fill: (trial) => {
      const payloads = payloadsOf(trial);
      return adding(trial, (producer) => fill(producer, payloads));
    },
    'add-timed': (trial) => adding(trial, (producer) => addTimed(producer, trial)),
    handle: handling,
    'handle-timed': handling,
    work: handling,
    start: handling,
  };
}

function payloadsOf(trial: Trial): readonly BenchPayload[] {
  const text = textFor(trial);
  return trial.tasks ?? Array.from({ length: trial.count }, () => text);
}
