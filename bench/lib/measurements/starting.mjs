/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage */

/**
 * From the start of a worker's process to the moment at which the task that waited for it is handled.
 * @param {Stage} stage @param {Entry} entry
 * @returns {Promise<Record<string, number>>} milliseconds
 */
export async function starting(stage, { contestant, trial }) {
  await stage.fill(contestant, { ...trial, count: 1 });
  const program = await stage.spawn(contestant, trial);
  await program.line('handled', stage.timeout, stage.signal);
  const milliseconds = performance.now() - program.startedAt;
  await stage.release(program);
  return { milliseconds };
}
