import type { TaskHistory, TaskRecord } from '@app/queue/operating';
import { UsageError, exitCode } from '../exit-codes';
import { taskDetails, taskTable } from '../happened/task-text';
import { named } from '../reading/names';
import { inertLine } from '../terminal/inert-text';
import type { Desk } from './desk';

/** Tasks that are named when an id's beginning means several. */
const SHOWN = 10;

/** `warren task <id>`: all that is known of one task. The beginning of an id will do, as long as it means one. */
export async function task(desk: Desk, _options: object, [typed = '']: readonly string[] = []): Promise<number> {
  const id = named('the id of a task, or its beginning', typed);
  const { screen, json } = desk;
  const found = findTasks(await desk.history(), id);
  const [one] = found;
  if (one === undefined) {
    const hint = `warren dead-letters show ${inertLine(id)} looks whether it was put aside`;
    screen.note(`No task whose id begins with ${inertLine(id)} is remembered; ${hint}.`);
    return exitCode.nothingMatched;
  }
  if (found.length > 1) {
    screen.note(taskTable(found.slice(0, SHOWN), Date.now(), screen.paintNote));
    const some = found.length > SHOWN ? `more than ${SHOWN} tasks, of which these are the last` : 'these tasks';
    throw new UsageError(`${inertLine(id)} begins the ids of ${some}: which one?`);
  }
  if (json) await screen.json(one);
  else await screen.result(taskDetails(one, Date.now(), screen.paint));
  return exitCode.done;
}

function findTasks({ view }: TaskHistory, id: string): readonly TaskRecord[] {
  const exact = view.get(id);
  return exact === undefined ? view.search({ id }, { limit: SHOWN + 1, offset: 0 }).tasks : [exact];
}
