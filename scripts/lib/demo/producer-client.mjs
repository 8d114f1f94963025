import { Failure } from '../failure.mjs';

/** The producer takes up to 1,000 tasks at once; smaller batches let the workers begin earlier. */
const BATCH = 100;
const TIMEOUT = 30_000;

/**
 * Adds tasks through the producer's HTTP API, in order. Each id is handed over as soon as the broker's confirm is known.
 * @param {number} port @param {readonly import('./task-list.mjs').ListedTask[]} tasks @param {import('./ledger.mjs').Ledger} ledger
 */
export async function addTasks(port, tasks, ledger) {
  for (let from = 0; from < tasks.length; from += BATCH) {
    const batch = tasks.slice(from, from + BATCH);
    const results = await post(port, { tasks: batch.map(({ request }) => request) });
    for (const [index, { id, error }] of results.entries()) {
      const { file, ...task } = batch[index];
      if (id === undefined) throw new Failure(`the producer could not add a task: ${JSON.stringify(error)}`);
      ledger.add(id, { ...task, file: file?.(id) });
    }
  }
}

/**
 * @param {number} port @param {{ tasks: unknown[] }} body
 * @returns {Promise<{ id?: string, error?: unknown }[]>} one result a task, in the same order
 */
async function post(port, body) {
  const answer = await fetch(`http://127.0.0.1:${port}/tasks/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Failure(`the producer answered ${answer.status}: ${text}`);
  return JSON.parse(text).results;
}
