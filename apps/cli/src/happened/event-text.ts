import type { LifecycleRecord } from '@app/queue/operating';
import { inertLine } from '../terminal/inert-text';
import type { Paint, Style } from '../terminal/screen';
import { durationText, timeText } from '../terminal/table';
import { errorText } from './task-text';

const STYLES: Readonly<Partial<Record<LifecycleRecord['kind'], Style>>> = {
  completed: 'green',
  retrying: 'yellow',
  'dead-lettered': 'red',
  lost: 'yellow',
  cancelled: 'yellow',
  ordered: 'cyan',
};

/** One event on one line: when, what, about which task, and what else is to be said. */
export function eventLine(record: LifecycleRecord, paint: Paint): string {
  const style = STYLES[record.kind];
  const kind = record.kind.padEnd(13);
  const parts = [
    paint('dim', timeText(record.at)),
    style === undefined ? kind : paint(style, kind),
    inertLine(aboutWhat(record)),
  ];
  return [...parts, inertLine(remark(record))].join('  ').trimEnd();
}

function aboutWhat(record: LifecycleRecord): string {
  if ('id' in record) return `${record.queue}  ${record.name ?? '-'}  ${record.id}`;
  if (record.kind === 'ordered') return `${record.what} ${record.target}`;
  return record.kind === 'process' ? `${record.what} ${record.queue ?? ''}`.trimEnd() : record.worker;
}

function remark(record: LifecycleRecord): string {
  switch (record.kind) {
    case 'added':
      return record.delay === undefined ? '' : `due in ${durationText(record.delay)}`;
    case 'started':
      return `attempt ${record.attempt} on ${record.worker}`;
    case 'progressed':
      return `${Math.round(record.fraction * 100)} % ${record.note ?? ''}`.trimEnd();
    case 'completed':
      return `in ${durationText(record.milliseconds)}, attempt ${record.attempt}`;
    case 'retrying':
      return `attempt ${record.nextAttempt} in ${durationText(record.delay)}: ${errorText(record.error)}`;
    case 'dead-lettered':
      return `${record.reason}: ${errorText(record.error)}`;
    case 'cancelled':
      return record.by === undefined ? '' : `by ${record.by}`;
    case 'requeued':
    case 'lost':
      return record.why;
    case 'redriven':
    case 'purged':
      return record.by === undefined ? record.reason : `${record.reason}, by ${record.by}`;
    case 'ordered':
      return `by ${record.by}${record.why === undefined ? '' : `: ${record.why}`}`;
    case 'process':
      return record.why === undefined ? record.worker : `${record.worker}: ${record.why}`;
    default:
      return `${record.running.length} running`;
  }
}
