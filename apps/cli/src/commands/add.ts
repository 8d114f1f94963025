import type { AddedTask, AddOptions, TaskHistory, TaskQueue, TaskRecord } from '@app/queue/operating';
import { addMany } from '../adding/add-many';
import type { LineCounts } from '../adding/add-many';
import { endText } from '../adding/end-text';
import { waitForEnd } from '../adding/wait-for-end';
import { definitionOf, readPayload } from '../adding/read-payload';
import type { Definition } from '../adding/read-payload';
import { UsageError, exitCode } from '../exit-codes';
import { inertJson, inertLine } from '../terminal/inert-text';
import { durationText, timeText } from '../terminal/table';
import type { Desk } from './desk';

/** The options of `warren add`. Times in milliseconds, `at` since 1970. */
export interface AddCommandOptions extends Pick<AddOptions, 'delay' | 'expiresIn' | 'priority' | 'id'> {
  readonly at?: number;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout?: number;
}

/** Stands for standard input. */
const MANY = '-';

/** What became of a task, and of one that is only checked. */
const ADDED = 'added';
const WOULD_BE_ADDED = 'would be added';

/** So long it waits for a task that is due, unless told otherwise. */
const WAIT_MS = 10 * 60_000;

/** `warren add <task> [payload]`: one task, or one for each line of standard input. */
export async function add(
  desk: Desk,
  options: AddCommandOptions,
  [name = '']: readonly string[] = [],
  [payload]: readonly string[] = [],
): Promise<number> {
  const task = definitionOf(name, desk.registry);
  if (payload === undefined)
    throw new UsageError(`add needs a payload: JSON, or ${MANY} for one a line from standard input.`);
  if (options.timeout !== undefined && options.wait !== true) throw new UsageError('--timeout is for --wait.');
  if (payload === MANY) return manyAdded(desk, task, options);
  const value = await readPayload(task, payload);
  if (options.dryRun === true) {
    if (desk.json) await desk.screen.json({ name: task.name, queue: task.queue.name, outcome: WOULD_BE_ADDED });
    desk.screen.note(`The payload is what ${task.name} takes; nothing was added.`);
    return exitCode.done;
  }
  const { operations } = await desk.reach();
  const news = options.wait === true ? await desk.upToDate(operations.news()) : undefined; // nothing of it is missed
  const added = await operations.tasks.add(task, value, addOptionsOf(options));
  if (news !== undefined) return awaited(desk, news, { name: task.name, ...added }, timeoutOf(options));
  if (desk.json) await desk.screen.json({ name: task.name, ...added, outcome: ADDED });
  else await desk.screen.result(inertLine(added.id));
  desk.screen.note(`${task.name} was added to ${added.queue}${whenText(options)}.`);
  return exitCode.done;
}

/** Shows how far it is, and prints what its handler returned. */
async function awaited(
  desk: Desk,
  news: TaskHistory,
  added: AddedTask & { readonly name: string },
  timeout: number,
): Promise<number> {
  const { screen, signal } = desk;
  const { name, id } = added;
  screen.note(`${name} ${inertLine(id)} was added.`);
  const told = ({ state, attempt, progress }: TaskRecord): void => {
    const note = progress?.note === undefined ? '' : `, ${inertLine(progress.note)}`;
    screen.progress({
      label: inertLine(name),
      fraction: progress?.fraction,
      text: `${state}, attempt ${attempt}${note}`,
    });
  };
  const task = await waitForEnd(news, id, told, { timeout, signal });
  if (typeof task === 'string') {
    if (desk.json) await screen.json({ ...added, outcome: ADDED });
    screen.note(inertLine(`${task}; the task goes on.`));
    return signal.aborted ? exitCode.interrupted : exitCode.failed;
  }
  if (desk.json) await screen.json(task);
  else if (task.result !== undefined) await screen.result(inertJson(task.result));
  screen.note(inertLine(endText(task)));
  return task.state === 'completed' ? exitCode.done : exitCode.failed;
}

/** A task that is not due yet is waited for all the longer. */
function timeoutOf({ timeout, delay, at = Date.now() }: AddCommandOptions): number {
  return timeout ?? WAIT_MS + (delay ?? Math.max(0, at - Date.now()));
}

async function manyAdded(desk: Desk, task: Definition, options: AddCommandOptions): Promise<number> {
  if (options.wait === true) throw new UsageError('--wait is for one task; warren events -f tells of many.');
  if (options.id !== undefined) throw new UsageError('--id is for one task; many cannot have the same.');
  const { screen, signal } = desk;
  const { stdin } = screen.streams;
  if (stdin.isTTY === true) screen.note(`One payload of ${task.name} a line; Ctrl-D ends.`);
  const tasks = options.dryRun === true ? undefined : (await desk.reach()).operations.tasks;
  const counts = await addMany(
    stdin,
    async (line) => addLine(task, line, addOptionsOf(options), tasks),
    async ({ line, end }, soFar) => {
      if (desk.json) await screen.json({ line, name: task.name, ...lineDocument(end, tasks === undefined) });
      else if (end instanceof Error) screen.note(inertLine(`line ${line}: ${end.message}`));
      else if (tasks !== undefined && !screen.isTerminal) await screen.result(inertLine(end.id));
      screen.progress({ label: 'adding', fraction: soFar.fraction, text: countsText(soFar, tasks) });
    },
    signal,
  );
  screen.note(`${signal.aborted ? 'Stopped: ' : ''}${countsText(counts, tasks)}.`);
  if (counts.failed > 0) return exitCode.failed;
  if (signal.aborted) return exitCode.interrupted;
  return counts.added === 0 ? exitCode.nothingMatched : exitCode.done;
}

async function addLine(
  task: Definition,
  line: string,
  options: AddOptions,
  tasks: TaskQueue | undefined,
): Promise<{ id: string; queue: string }> {
  const payload = await readPayload(task, line);
  return tasks === undefined ? { id: '', queue: task.queue.name } : tasks.add(task, payload, options);
}

/** What became of a line, for programs. */
function lineDocument(end: AddedTask | Error, isDry: boolean): object {
  if (end instanceof Error) return { outcome: 'failed', error: end.message };
  return isDry ? { queue: end.queue, outcome: WOULD_BE_ADDED } : { ...end, outcome: ADDED };
}

function addOptionsOf({ delay, at, expiresIn, priority, id }: AddCommandOptions): AddOptions {
  return {
    ...(delay === undefined ? {} : { delay }),
    ...(at === undefined ? {} : { at }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(priority === undefined ? {} : { priority }),
    ...(id === undefined ? {} : { id }),
  };
}

function countsText({ added, failed }: LineCounts, tasks: TaskQueue | undefined): string {
  return `${added} ${tasks === undefined ? WOULD_BE_ADDED : ADDED}${failed === 0 ? '' : `, ${failed} failed`}`;
}

function whenText({ delay, at }: AddCommandOptions): string {
  if (delay !== undefined) return `, to be handed out in ${durationText(delay)}`;
  return at === undefined ? '' : `, to be handed out at ${timeText(at)}`;
}
