/**
 * The makespan of tasks that are handed out one after the other, each at the moment a slot is free: fair dispatch that costs nothing.
 * @param {readonly number[]} milliseconds of each task, in the queue's order @param {number} slots
 */
export function idealMakespan(milliseconds, slots) {
  const freeAt = Array.from({ length: slots }, () => 0);
  for (const task of milliseconds) {
    const first = freeAt.indexOf(Math.min(...freeAt));
    freeAt[first] = (freeAt[first] ?? 0) + task;
  }
  return Math.max(...freeAt);
}
