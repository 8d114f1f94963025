import { parseTaskSearch } from '@app/queue/operating';
import type { TaskSearch } from '@app/queue/operating';
import { UsageError, exitCode } from '../exit-codes';
import { taskTable } from '../happened/task-text';
import { counted } from '../terminal/counted';
import type { Desk } from './desk';

/** The options of `warren tasks`. */
export interface TasksOptions {
  readonly limit?: number;
}

const LIMIT = 50;

/** `warren tasks [search...]`: what was heard of last, first. */
export async function tasks(
  desk: Desk,
  { limit = LIMIT }: TasksOptions,
  words: readonly string[] = [],
): Promise<number> {
  const search = searchOf(words.join(' '));
  const { view } = await desk.history();
  const found = view.search(search, { limit, offset: 0 });
  if (desk.json) await desk.screen.json(found);
  else if (found.tasks.length > 0) await desk.screen.result(taskTable(found.tasks, Date.now(), desk.screen.paint));
  const left = found.total - found.tasks.length;
  desk.screen.note(`${counted(found.total, 'task')}${left === 0 ? '' : `; --limit shows more than ${limit}`}.`);
  return found.total === 0 ? exitCode.nothingMatched : exitCode.done;
}

/** @throws UsageError that names the word, and what to write instead. */
function searchOf(text: string): TaskSearch {
  const { search, problem } = parseTaskSearch(text, Date.now());
  if (search === undefined) throw new UsageError(`${problem.word}: ${problem.message}.`);
  return search;
}
