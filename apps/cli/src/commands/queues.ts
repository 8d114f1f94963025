import type { WorkQueueCounts } from '@app/queue/operating';
import { exitCode } from '../exit-codes';
import { named } from '../reading/names';
import { inertLine } from '../terminal/inert-text';
import { durationText, numberText, tableText } from '../terminal/table';
import type { Desk } from './desk';

/** One queue as it is defined, and what it holds. Times in milliseconds. */
interface QueueRow extends Omit<WorkQueueCounts, 'problems'> {
  readonly type: string;
  readonly concurrency: number;
  readonly maxPriority: number | undefined;
  readonly tasks: readonly { readonly name: string; readonly attempts: number; readonly timeout: number | undefined }[];
}

/** `warren queues [names...]`: each queue with its definition and its counts. */
export async function queues(desk: Desk, _options: object, typed: readonly string[] = []): Promise<number> {
  const names = named('names of queues', typed);
  const { operations } = await desk.reach();
  const { registry, settings } = operations;
  const counts = await operations.counts();
  const rows = registry.queues
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ name, type = settings.queueType, concurrency = settings.concurrency, maxPriority }): QueueRow => {
      const { problems: _problems, ...held } = countsOf(counts.queues, name);
      const tasks = registry.tasks
        .filter(({ queue }) => queue.name === name)
        .map((task) => ({ name: task.name, attempts: task.attempts, timeout: task.timeout }));
      return { ...held, type, concurrency, maxPriority, tasks };
    });
  if (desk.json) await desk.screen.json(rows);
  else if (rows.length > 0) await desk.screen.result(tableOf(rows, desk));
  const unknown = names.filter((name) => !rows.some(({ queue }) => queue === name));
  if (unknown.length === 0) return exitCode.done;
  const known = registry.queues.map(({ name }) => name).join(', ');
  desk.screen.note(`No queue is defined with the name ${inertLine(unknown.join(', '))}; there are ${known}.`);
  return exitCode.nothingMatched;
}

function countsOf(all: readonly WorkQueueCounts[], queue: string): WorkQueueCounts {
  const found = all.find((counts) => counts.queue === queue);
  if (found === undefined) throw new Error(`queue "${queue}" was not counted`);
  return found;
}

function tableOf(rows: readonly QueueRow[], { screen: { paint } }: Desk): string {
  const columns = [
    { head: 'queue' },
    { head: 'type' },
    { head: 'ready', align: 'right' },
    { head: 'dead', align: 'right' },
    { head: 'consumers', align: 'right' },
    { head: 'at once', align: 'right' },
    { head: 'tasks: attempts, timeout' },
  ] as const;
  const cells = rows.map((row) => [
    paint('bold', inertLine(row.queue)),
    row.state === 'missing' ? paint('yellow', 'not declared') : row.type,
    numberText(row.ready),
    numberText(row.dead),
    numberText(row.consumers),
    numberText(row.concurrency),
    row.tasks.map(({ name, attempts, timeout }) => `${name}: ${attempts}, ${durationText(timeout)}`).join(' · '),
  ]);
  return tableText(columns, cells, paint);
}
