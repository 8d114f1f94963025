import { setTimeout as delay } from 'node:timers/promises';
import { parseTaskSearch } from '@app/queue/operating';
import type { BrokerCounts, BrokerFacts, QueueOperations, TaskHistory, TaskRecord } from '@app/queue/operating';
import { untilAborted } from '../waiting';
import type { Picture } from './frame';

const REFRESH_MS = 1_000;

/** Tasks of a list that are asked for: as many as fit on large screens. */
const LISTED = 50;

/** How things stand, again each second, until the signal fires. The first picture comes at once, with the counts that are known. */
export async function* picturesOf(
  operations: QueueOperations,
  { broker, counts }: { readonly broker: BrokerFacts; readonly counts: BrokerCounts },
  signal: AbortSignal,
  refreshMs = REFRESH_MS,
): AsyncGenerator<Picture, void, void> {
  let last = counts;
  let problem: string | undefined;
  const ended = untilAborted(signal);
  while (!signal.aborted) {
    const now = Date.now();
    const { history } = operations;
    const { view } = history;
    yield {
      broker,
      counts: last,
      queues: view.queues(now),
      workers: view.workers(now),
      running: found(operations, 'state:running'),
      failed: found(operations, 'state:dead-lettered,retrying'),
      problem: problem ?? problemOf(history),
      now,
    };
    await delay(refreshMs, undefined, { signal }).catch(() => undefined);
    const asked = await Promise.race([countsOrProblem(operations), ended]);
    if (asked === undefined) return;
    problem = typeof asked === 'string' ? asked : undefined;
    if (typeof asked !== 'string') last = asked;
  }
}

/** Why what workers told may not be true now. */
function problemOf({ state, problem }: TaskHistory): string | undefined {
  if (problem !== undefined) return `what happened is not known: ${problem}`;
  return state === 'replaying' ? 'what happened is still being read; the figures may be old' : undefined;
}

async function countsOrProblem(operations: QueueOperations): Promise<BrokerCounts | string> {
  try {
    return await operations.counts();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function found({ history }: QueueOperations, text: string): readonly TaskRecord[] {
  const { search = {} } = parseTaskSearch(text, Date.now());
  return history.view.search(search, { limit: LISTED, offset: 0 }).tasks;
}
