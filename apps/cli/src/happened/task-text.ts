import type { AttemptRecord, TaskRecord, TaskState } from '@app/queue/operating';
import { inertJson, inertLine, inertLines } from '../terminal/inert-text';
import type { Paint, Style } from '../terminal/screen';
import { durationText, tableText, timeText } from '../terminal/table';

/** Characters of an error on one line. */
const ERROR_CHARACTERS = 120;

const STYLES: Readonly<Record<TaskState, Style>> = {
  delayed: 'dim',
  queued: 'cyan',
  running: 'bold',
  retrying: 'yellow',
  completed: 'green',
  'dead-lettered': 'red',
  cancelled: 'dim',
};

/** Tasks one a line: what, where it stands, since when, and with which error. */
export function taskTable(tasks: readonly TaskRecord[], now: number, paint: Paint): string {
  const columns = [
    { head: 'id' },
    { head: 'task' },
    { head: 'state' },
    { head: 'attempt', align: 'right' },
    { head: 'heard of', align: 'right' },
    { head: '' },
  ] as const;
  const rows = tasks.map((task) => [
    paint('bold', inertLine(task.id)),
    inertLine(task.name ?? '-'),
    paint(STYLES[task.state], task.state),
    task.attempt === 0 ? '-' : String(task.attempt),
    agoText(task.updatedAt, now),
    remarkOn(task, now, paint),
  ]);
  return tableText(columns, rows, paint);
}

/** All that is known of a task, for people. */
export function taskDetails(task: TaskRecord, now: number, paint: Paint): string {
  const facts: [string, string | undefined][] = [
    ['task', task.name ?? '-'],
    ['queue', task.queue],
    ['added', timeAgoText(task.addedAt, now)],
    ['due', dueText(task, now)],
    ['worker', task.worker === undefined ? undefined : `${task.worker}${lostText(task)}`],
    ['progress', progressText(task)],
    ['reason', task.reason],
    ['by', task.by],
    ['redriven', timeAgoText(task.redrivenAt, now)],
    ['cancel', cancelText(task)],
    ['trace', task.traceId],
    ['result', resultText(task)],
  ];
  return [
    `${paint('bold', inertLine(task.id))}  ${paint(STYLES[task.state], task.state)}, ${agoText(task.updatedAt, now)}`,
    ...facts.flatMap(([label, value]) => (value === undefined ? [] : [`  ${label.padEnd(10)}${inertLine(value)}`])),
    ...task.attempts.flatMap((attempt) => attemptLines(attempt, paint)),
  ].join('\n');
}

function timeAgoText(time: number | undefined, now: number): string | undefined {
  return time === undefined ? undefined : `${timeText(time)}, ${agoText(time, now)}`;
}

/** How long ago, for people: `3s ago`. A clock that is ahead of this one has it in a moment. */
export function agoText(time: number, now: number): string {
  return time > now ? `in ${durationText(time - now)}` : `${durationText(now - time)} ago`;
}

/** An error's first line, not too long. */
export function errorText(error: string): string {
  const [line = ''] = error.split('\n');
  const text = inertLine(line);
  return text.length > ERROR_CHARACTERS ? `${text.slice(0, ERROR_CHARACTERS - 1)}…` : text;
}

function attemptLines(
  { attempt, startedAt, milliseconds, worker, error, stack, nextDelay }: AttemptRecord,
  paint: Paint,
): string[] {
  const parts = [
    `${timeText(startedAt)} on ${inertLine(worker ?? '?')}`,
    ...(milliseconds === undefined ? [] : [`ran ${durationText(milliseconds)}`]),
    ...(nextDelay === undefined ? [] : [`again after ${durationText(nextDelay)}`]),
  ];
  return [
    `  ${paint('bold', `attempt ${attempt}`)}  ${parts.join(', ')}`,
    ...(error === undefined ? [] : [`    ${paint('red', inertLine(error))}`]),
    ...(stack === undefined ? [] : [paint('dim', inertLines(stack, '    │ '))]),
  ];
}

function remarkOn(task: TaskRecord, now: number, paint: Paint): string {
  const cancel = cancelText(task);
  const remarks = cancel === undefined ? [] : [paint('yellow', inertLine(`cancel ${cancel}`))];
  const due = dueText(task, now);
  if (task.state === 'running') remarks.push(`${progressText(task) ?? ''}${lostText(task)}`.trimStart());
  else if (task.error !== undefined && task.state !== 'completed') remarks.push(paint('red', errorText(task.error)));
  else if (due !== undefined) remarks.push(`due ${due}`);
  return remarks.filter((remark) => remark !== '').join('; ');
}

/** While it is not carried out: what waits will not run, what runs may still complete. */
function cancelText({ cancelRequestedBy: by }: TaskRecord): string | undefined {
  return by === undefined ? undefined : `asked for by ${by}`;
}

/** What a task is said to do and nobody does: behind whatever else is said of it. */
function lostText({ isWorkerLost }: TaskRecord): string {
  return isWorkerLost === true ? ' (its worker is lost: it is handed out again, or had ended untold)' : '';
}

function dueText({ state, dueAt }: TaskRecord, now: number): string | undefined {
  return dueAt === undefined || (state !== 'delayed' && state !== 'retrying') ? undefined : agoText(dueAt, now);
}

function progressText({ progress }: TaskRecord): string | undefined {
  if (progress === undefined) return undefined;
  const note = progress.note === undefined ? '' : ` ${inertLine(progress.note)}`;
  return `${Math.round(progress.fraction * 100)} %${note}`;
}

function resultText({ result, isResultTooLarge }: TaskRecord): string | undefined {
  if (isResultTooLarge === true) return 'too large to be kept';
  return result === undefined ? undefined : inertJson(result);
}
