import type { BrokerCounts, BrokerFacts, QueueRecord, TaskRecord, WorkerRecord } from '@app/queue/operating';
import { queueColumns, queueTable } from '../happened/queue-table';
import type { QueueColumn } from '../happened/queue-table';
import { taskTable } from '../happened/task-text';
import { inertLine } from '../terminal/inert-text';
import type { Paint } from '../terminal/screen';
import { timeText } from '../terminal/table';

/** All that one picture of the live screen shows. */
export interface Picture {
  readonly broker: BrokerFacts;
  readonly counts: BrokerCounts;
  /** By what workers have told. */
  readonly queues: readonly QueueRecord[];
  readonly workers: readonly WorkerRecord[];
  readonly running: readonly TaskRecord[];
  readonly failed: readonly TaskRecord[];
  /** What is wrong at the moment. */
  readonly problem: string | undefined;
  readonly now: number;
}

const BARS = ' ▁▂▃▄▅▆▇█'.split('');

/** Minutes of the little chart. */
const MINUTES = 15;

/** Lines that the lists below the queues have at most. */
const LISTED = 8;

/** One picture as lines: the broker, the queues, what runs, and what failed last. */
export function frameOf(picture: Picture, paint: Paint): string[] {
  const { broker, workers, running, failed, problem, now } = picture;
  const alive = workers.filter(({ state }) => state !== 'lost' && state !== 'stopped');
  const lost = workers.filter(({ state }) => state === 'lost').length;
  const head = [
    paint('bold', 'warren top'),
    inertLine(`${broker.product} ${broker.version} at ${broker.url}`),
    `${alive.length} workers${lost === 0 ? '' : paint('red', `, ${lost} lost`)}`,
    timeText(now),
    paint('dim', 'q quits'),
  ].join('  ');
  return [
    head,
    problem === undefined ? '' : paint('red', inertLine(problem)),
    ...queueLines(picture, paint),
    '',
    ...section('running', running, now, paint),
    ...section('failed last', failed, now, paint),
  ];
}

function section(title: string, tasks: readonly TaskRecord[], now: number, paint: Paint): string[] {
  if (tasks.length === 0) return [];
  return [paint('bold', title), ...taskTable(tasks.slice(0, LISTED), now, paint).split('\n'), ''];
}

function queueLines({ counts, queues }: Picture, paint: Paint): string[] {
  const { queue, ready, running, oldest, consumers, done, wait, run, dead } = queueColumns;
  const chart: QueueColumn = {
    head: `done, ${MINUTES} min`,
    cell: ({ told }) => sparkline(told?.sparkline ?? []),
  };
  const columns = [queue, ready, running, oldest, consumers, done, wait, run, dead, chart];
  return queueTable(columns, counts.queues, queues, paint).split('\n');
}

/** A little chart of the last minutes, as high as its highest. */
export function sparkline(counts: readonly number[]): string {
  const last = counts.slice(-MINUTES);
  const highest = Math.max(...last, 1);
  return last.map((count) => BARS[Math.ceil((count / highest) * (BARS.length - 1))] ?? ' ').join('');
}
