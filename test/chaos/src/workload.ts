import type { AddOptions, TaskDefinition } from '@app/queue';
import { randomNumbers } from './random';
import { added, kinds } from './tasks';
import type { Kind, Work } from './tasks';

/** One task to add. */
export interface PlannedTask {
  readonly id: string;
  readonly kind: Kind;
  readonly task: TaskDefinition;
  readonly payload: unknown;
  readonly options: AddOptions;
}

/** Of a hundred tasks so many are of this kind, when all kinds are asked for. */
const SHARES: Record<Kind, number> = {
  ordinary: 50,
  slow: 6,
  flaky: 13,
  delayed: 15,
  failing: 5,
  invalid: 2,
  unknown: 1,
  sacrificed: 8,
};

/** The longest delay, in milliseconds; the ledger waits for it after the last add. */
const MAX_DELAY = 5_000;

/** The tasks of one producer, in order; the same ones for the same seed. */
export function* plannedTasks(producer: string, seed: string, chosen: readonly Kind[]): Generator<PlannedTask> {
  const random = randomNumbers(`${seed}/${producer}`);
  const deck = chosen.flatMap((kind) => Array<Kind>(SHARES[kind]).fill(kind));
  const between = (least: number, most: number): number => Math.floor(least + random() * (most - least + 1));
  for (let number = 1; ; number += 1) {
    const kind = deck[between(0, deck.length - 1)] ?? 'ordinary';
    const id = `${producer}-${number}`;
    const work = kind === 'slow' ? between(500, 2_000) : between(1, 20);
    const failures = kind === 'flaky' || (kind === 'sacrificed' && random() < 0.2) ? between(1, 2) : 0;
    const delay = kind === 'delayed' || (kind === 'sacrificed' && random() < 0.2) ? between(100, MAX_DELAY) : 0;
    yield { id, kind, ...taskOf(kind, { kind, work, failures, notBefore: Date.now() + delay }, delay) };
  }
}

/** Whether a word is the name of a kind. */
export function isKind(word: string): word is Kind {
  return (kinds as readonly string[]).includes(word);
}

function taskOf(kind: Kind, work: Work, delay: number): Pick<PlannedTask, 'task' | 'payload' | 'options'> {
  const options = delay === 0 ? {} : { delay };
  switch (kind) {
    case 'failing':
      return { task: added.failing, payload: { ...work, failures: Number.MAX_SAFE_INTEGER }, options };
    case 'invalid':
      return { task: added.picky, payload: { ...work, work: 'much' }, options };
    case 'unknown':
      return { task: added.unknown, payload: work, options };
    case 'sacrificed':
      return { task: added.sacrificed, payload: work, options };
    default:
      return { task: added.work, payload: work, options };
  }
}
