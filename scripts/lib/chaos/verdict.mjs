/** What the workload is made of: why a task of the kind is meant for the dead-letter queue, and whether its queue may be deleted. */
export const taskKinds = {
  ordinary: {},
  slow: {},
  flaky: {},
  delayed: {},
  failing: { meantFor: 'attempts-exhausted' },
  invalid: { meantFor: 'invalid-payload' },
  unknown: { meantFor: 'unknown-task' },
  sacrificed: { isSacrificed: true },
};

/**
 * @typedef {object} TaskRecord what the ledger says of one confirmed task
 * @property {string} id
 * @property {string} kind
 * @property {number} begunAt when the add that was confirmed began, milliseconds since 1970
 * @property {number} dueAt when its delay was over at the earliest; without a delay `begunAt`
 * @property {number} done completed runs
 * @property {readonly string[]} dead why it was found in a dead-letter queue: each reason once
 * @property {number} [endedAt] when the first run was done, or it was put aside for good
 */

/**
 * @typedef {object} Counts
 * @property {number} sent confirmed
 * @property {number} done
 * @property {number} deadLettered in a dead-letter queue, and never done
 * @property {number} lost neither: must be 0
 * @property {number} runTwice done more than once
 * @property {number} gone waited in a queue when that was deleted: that fault's own doing
 */

/**
 * @typedef {object} Verdict
 * @property {Counts} kept the tasks of queues that nobody deletes
 * @property {Counts} sacrificed those of the queue that is deleted again and again
 * @property {TaskRecord[]} lost of both
 * @property {Record<string, number>} reasons dead letters by their reason
 * @property {TaskRecord[]} surprises dead-lettered for a reason that is not their kind's, done or not. No kind ends its workers, so
 * `crash-loop` and what the broker moved itself (`broker:...`) are surprises: an innocent task was condemned
 */

/**
 * Judges what the ledger says. Pure. A task of the sacrificed queue is excused when a deletion ended after it was due: it may
 * have been there. One that was added later, or waited in the delay levels until later, has to be done like any other.
 * @param {Iterable<TaskRecord>} tasks @param {readonly number[]} deletions when each of them had ended, milliseconds since 1970
 * @returns {Verdict}
 */
export function judge(tasks, deletions) {
  const lastDeletion = Math.max(-Infinity, ...deletions);
  const verdict = {
    kept: noCounts(),
    sacrificed: noCounts(),
    lost: /** @type {TaskRecord[]} */ ([]),
    reasons: /** @type {Record<string, number>} */ ({}),
    surprises: /** @type {TaskRecord[]} */ ([]),
  };
  for (const task of tasks) {
    const { isSacrificed = false, meantFor } = traitsOf(task.kind);
    const counts = isSacrificed ? verdict.sacrificed : verdict.kept;
    counts.sent += 1;
    for (const reason of task.dead) verdict.reasons[reason] = (verdict.reasons[reason] ?? 0) + 1;
    if (task.dead.some((reason) => reason !== meantFor)) verdict.surprises.push(task);
    if (task.done > 1) counts.runTwice += 1;
    if (task.done > 0) {
      counts.done += 1;
    } else if (task.dead.length > 0) {
      counts.deadLettered += 1;
    } else if (isSacrificed && task.dueAt <= lastDeletion) {
      counts.gone += 1;
    } else {
      counts.lost += 1;
      verdict.lost.push(task);
    }
  }
  return verdict;
}

/** Whether all is as promised: nothing lost, and nothing put aside that should have worked. @param {Verdict} verdict */
export const isSound = ({ lost, surprises }) => lost.length === 0 && surprises.length === 0;

/** The line by which a run is known. @param {Counts} counts */
export function describeCounts({ sent, done, deadLettered, lost, runTwice }) {
  return `sent ${sent} · done ${done} · dead-lettered ${deadLettered} · lost ${lost} · run twice ${runTwice}`;
}

/** @returns {Counts} */
const noCounts = () => ({ sent: 0, done: 0, deadLettered: 0, lost: 0, runTwice: 0, gone: 0 });

/** What is special about a kind of task. @param {string} kind @returns {{ meantFor?: string, isSacrificed?: boolean }} */
export const traitsOf = (kind) => taskKinds[/** @type {keyof typeof taskKinds} */ (kind)] ?? {};
