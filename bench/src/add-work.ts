import { produce } from './produce';
import { settings } from './settings';
import { work } from './tasks';

const { run, tasks, failing } = settings;

/** How often each of the failing tasks fails. */
const FAILURES = 2;

/** Adds all its tasks by one `addBulk`. */
void produce(async (queue) => {
  const list = Array.from({ length: tasks }, (_, index) => ({
    task: work,
    payload: { failures: failing > 0 && index % failing === 0 ? FAILURES : 0 },
    options: { id: `${run}-${index}` },
  }));
  const results = await queue.addBulk(list);
  return results.flatMap((result) => (result.ok ? [] : [result.error.message]));
});
