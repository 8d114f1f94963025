import type { SeenWorkerState, WorkerRecord } from '@app/queue/operating';
import { exitCode } from '../exit-codes';
import { agoText } from '../happened/task-text';
import { inertLine } from '../terminal/inert-text';
import type { Paint, Style } from '../terminal/screen';
import { durationText, tableText } from '../terminal/table';
import type { Desk } from './desk';

const STYLES: Readonly<Record<SeenWorkerState, Style>> = {
  alive: 'green',
  quiet: 'yellow',
  stopping: 'yellow',
  stopped: 'dim',
  lost: 'red',
};

/** Milliseconds within which a worker was heard of that lives, or is still told of. */
export const HEARD_OF_MS = 3_600_000;

/** `warren workers`: those that live, and those that have ended within the hour. */
export async function workers(desk: Desk): Promise<number> {
  const { view } = await desk.recent(HEARD_OF_MS);
  const now = Date.now();
  const found = view.workers(now);
  if (desk.json) await desk.screen.json(found);
  else if (found.length > 0) await desk.screen.result(workerTable(found, now, desk.screen.paint));
  if (found.length > 0) return exitCode.done;
  desk.screen.note('No worker has been heard of within the hour.');
  return exitCode.nothingMatched;
}

/** Workers one a line: since when, doing what, and how they are. */
export function workerTable(found: readonly WorkerRecord[], now: number, paint: Paint): string {
  const columns = [
    { head: 'worker' },
    { head: 'state' },
    { head: 'up', align: 'right' },
    { head: 'heard of', align: 'right' },
    { head: 'memory', align: 'right' },
    { head: 'lag', align: 'right' },
    { head: 'version' },
    { head: 'queues: running/at once' },
  ] as const;
  const rows = found.map((worker) => [
    paint('bold', inertLine(worker.worker)),
    paint(STYLES[worker.state], worker.state),
    durationText(worker.uptime),
    agoText(worker.beatAt, now),
    `${Math.round(worker.rss / 1_000_000)} MB`,
    durationText(worker.lag),
    inertLine(worker.version ?? '-'),
    worker.queues.map(({ queue, running, concurrency }) => `${inertLine(queue)} ${running}/${concurrency}`).join(' · '),
  ]);
  return tableText(columns, rows, paint);
}
