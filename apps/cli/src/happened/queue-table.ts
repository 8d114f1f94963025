import { oldestWaiting } from '@app/queue/operating';
import type { QueueRecord, WorkQueueCounts } from '@app/queue/operating';
import { inertLine } from '../terminal/inert-text';
import type { Paint, Style } from '../terminal/screen';
import { durationText, numberText, tableText } from '../terminal/table';
import type { Column } from '../terminal/table';

/** A queue as it stands: what the broker holds, and what was recorded; `undefined` where nothing was. */
interface QueueFacts {
  readonly held: WorkQueueCounts;
  readonly told: QueueRecord | undefined;
}

/** A column of queues, and what stands in it. */
export interface QueueColumn extends Column {
  readonly cell: (facts: QueueFacts, paint: Paint) => string;
}

/** The columns that queues may have, wherever they are shown. */
export const queueColumns = {
  queue: { head: 'queue', cell: ({ held }, paint) => paint('bold', inertLine(held.queue)) },
  ready: { head: 'ready', align: 'right', cell: ({ held }) => numberText(held.ready) },
  running: { head: 'running', align: 'right', cell: ({ told }) => numberText(told?.running) },
  oldest: { head: 'oldest', align: 'right', cell: oldestText },
  consumers: { head: 'consumers', align: 'right', cell: ({ held }) => numberText(held.consumers) },
  done: { head: 'done/s', align: 'right', cell: ({ told }) => told?.donePerSecond.toFixed(1) ?? '-' },
  wait: { head: 'wait p95', align: 'right', cell: ({ told }) => durationText(told?.wait?.p95) },
  run: { head: 'run p95', align: 'right', cell: ({ told }) => durationText(told?.run?.p95) },
  quarantine: {
    head: 'quarantine',
    align: 'right',
    cell: ({ held }, paint) => coloured('yellow', held.quarantined, paint),
  },
  dead: { head: 'dead', align: 'right', cell: ({ held }, paint) => coloured('red', held.dead, paint) },
} as const satisfies Record<string, QueueColumn>;

/** One queue a line. */
export function queueTable(
  columns: readonly QueueColumn[],
  held: readonly WorkQueueCounts[],
  told: readonly QueueRecord[],
  paint: Paint,
): string {
  const rows = held.map((counts) => {
    const facts = { held: counts, told: told.find(({ queue }) => queue === counts.queue) };
    return columns.map(({ cell }) => cell(facts, paint));
  });
  return tableText(columns, rows, paint);
}

/** `≥42s` where more tasks wait than are remembered. */
function oldestText({ held, told = {} }: { held: WorkQueueCounts; told?: Partial<QueueRecord> | undefined }): string {
  const { oldest, isAtLeast } = oldestWaiting(told, held);
  return `${isAtLeast === true ? '≥' : ''}${durationText(oldest)}`;
}

function coloured(style: Style, value: number | undefined, paint: Paint): string {
  return value === undefined || value === 0 ? numberText(value) : paint(style, numberText(value));
}
