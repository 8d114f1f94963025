import { setTimeout as sleep } from 'node:timers/promises';
import { produce } from './produce';
import { dueAt, randomDelays } from './random-delays';
import { settings } from './settings';
import { delayed } from './tasks';

const { run, tasks, rate, seed } = settings;

/** Milliseconds. */
const SHORTEST = 100;
const LONGEST = 20_000;
const TICK = 10;

/** Adds its tasks at an even pace, each with a random delay and the moment at which it is due. */
void produce(async (queue) => {
  const startedAt = performance.now();
  const refused: string[] = [];
  const adds: Promise<void>[] = [];
  for (const [index, delay] of randomDelays(seed, tasks, SHORTEST, LONGEST).entries()) {
    while ((performance.now() - startedAt) * rate < index * 1_000) await sleep(TICK);
    const add = queue.add(delayed, { due: dueAt(Date.now(), delay) }, { id: `${run}-${index}`, delay });
    adds.push(
      add.then(
        () => undefined,
        (error: unknown) => void refused.push(String(error)),
      ),
    );
  }
  await Promise.all(adds);
  return refused;
});
