import { setTimeout as delay } from 'node:timers/promises';
import { parseTaskSearch } from '@app/queue/operating';
import type { BrokerCounts, BrokerFacts, QueueOperations, TaskHistory, TaskRecord } from '@app/queue/operating';
import { UsageError, exitCode } from '../exit-codes';
import { onEndKey } from '../terminal/keys';
import { LiveScreen } from '../terminal/live-screen';
import { frameOf } from '../top/frame';
import { untilAborted } from './desk';
import type { Desk } from './desk';

const REFRESH_MS = 1_000;

/** Tasks of a list that are asked for: as many as fit on large screens. */
const LISTED = 50;

/** `warren top`: queues, running tasks and failures, live. */
export async function top(desk: Desk): Promise<number> {
  const { stdin, stdout } = desk.screen.streams;
  if (stdin.isTTY !== true || stdout.isTTY !== true)
    throw new UsageError('top wants a terminal; warren status --json is for programs.');
  const { operations, broker } = await desk.reach();
  const counts = await operations.counts();
  void operations.history.open(); // what it has read so far is shown meanwhile
  const end = new AbortController();
  const stop = (): void => end.abort();
  desk.signal.addEventListener('abort', stop);
  const screen = new LiveScreen(stdout);
  screen.enter();
  const giveBack = onEndKey(stdin, stop);
  try {
    await refresh(desk, operations, screen, { broker, counts }, end.signal);
  } finally {
    giveBack();
    screen.leave();
  }
  return exitCode.done;
}

async function refresh(
  desk: Desk,
  operations: QueueOperations,
  screen: LiveScreen,
  { broker, counts }: { broker: BrokerFacts; counts: BrokerCounts },
  signal: AbortSignal,
): Promise<void> {
  let last = counts;
  let problem: string | undefined;
  const ended = untilAborted(signal);
  while (!signal.aborted) {
    const now = Date.now();
    const { history } = operations;
    const { view } = history;
    const picture = {
      broker,
      counts: last,
      queues: view.queues(now),
      workers: view.workers(now),
      running: found(operations, 'state:running'),
      failed: found(operations, 'state:dead-lettered,retrying'),
      problem: problem ?? problemOf(history),
      now,
    };
    screen.draw(frameOf(picture, desk.screen.paint));
    await delay(REFRESH_MS, undefined, { signal }).catch(() => undefined);
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
