/**
 * @typedef {object} TaskEvent a line of a worker's log (LOG_FORMAT=json)
 * @property {string} event as in "task.started"
 * @property {string} [queue] where the task came from
 * @property {string} [error] what put it aside
 * @property {string} [id]
 * @property {string} [name]
 */

/**
 * @typedef {object} AddedTask
 * @property {string} kind under which its progress is shown
 * @property {boolean} [isExpectedToFail] whether it is meant for the dead-letter queue
 * @property {string} [file] what its handler writes
 */

/**
 * @typedef {object} Summary
 * @property {number} added
 * @property {number} completed
 * @property {number} deadLettered
 * @property {number} lost neither completed nor dead-lettered: must be 0
 * @property {number} runTwice handed to a handler more than once
 * @property {number} surprises dead-lettered although it should have worked, or completed although it should not
 */

/**
 * What really happened to the tasks of one run: which ids the producer has confirmed, and what the workers' logs say of them.
 * Events come from several processes and may be here before the producer's answer; tasks of earlier runs come along too and
 * are not counted.
 */
export class Ledger {
  /** @type {Map<string, AddedTask>} */
  #added = new Map();
  /** @type {Map<string, number>} */
  #starts = new Map();
  #completed = new Set();
  #deadLettered = new Set();
  /** @type {Map<string, Set<string>>} */
  #running = new Map();

  /** The producer has confirmed it. @param {string} id @param {AddedTask} task */
  add(id, task) {
    this.#added.set(id, task);
  }

  /** A worker's log has a line about a task. @param {string} worker its name @param {TaskEvent} taskEvent */
  record(worker, { event, id }) {
    if (id === undefined) return;
    const running = this.#runningOn(worker);
    if (event === 'task.started') {
      running.add(id);
      this.#starts.set(id, (this.#starts.get(id) ?? 0) + 1);
      return;
    }
    if (!['task.completed', 'task.dead-lettered', 'task.requeued', 'task.lost'].includes(event)) return;
    running.delete(id);
    if (event === 'task.completed') this.#completed.add(id);
    if (event === 'task.dead-lettered') this.#deadLettered.add(id);
  }

  /** Ids of tasks that a worker has begun and not ended. @param {string} worker */
  running(worker) {
    return [...this.#runningOn(worker)];
  }

  /** Whether a task has an outcome. @param {string} id */
  isSettled(id) {
    return this.#completed.has(id) || this.#deadLettered.has(id);
  }

  /** Whether every task that was added has an outcome. */
  get isComplete() {
    return [...this.#added.keys()].every((id) => this.isSettled(id));
  }

  /** How many tasks of each kind have an outcome. @returns {Map<string, { settled: number, added: number }>} */
  progress() {
    const progress = new Map();
    for (const [id, { kind }] of this.#added) {
      const { settled, added } = progress.get(kind) ?? { settled: 0, added: 0 };
      progress.set(kind, { settled: settled + (this.isSettled(id) ? 1 : 0), added: added + 1 });
    }
    return progress;
  }

  /** Files that completed tasks should have written. */
  files() {
    return [...this.#added].flatMap(([id, { file }]) => (file !== undefined && this.#completed.has(id) ? [file] : []));
  }

  /** @returns {Summary} */
  summary() {
    const tasks = [...this.#added].map(([id, { isExpectedToFail = false }]) => {
      const isCompleted = this.#completed.has(id);
      // One run of a task may have failed and another succeeded: then it is done.
      return { id, isExpectedToFail, isCompleted, isDeadLettered: !isCompleted && this.#deadLettered.has(id) };
    });
    const count = (/** @type {(task: typeof tasks[number]) => boolean} */ condition) => tasks.filter(condition).length;
    return {
      added: tasks.length,
      completed: count((task) => task.isCompleted),
      deadLettered: count((task) => task.isDeadLettered),
      lost: count((task) => !task.isCompleted && !task.isDeadLettered),
      runTwice: count((task) => (this.#starts.get(task.id) ?? 0) > 1),
      surprises: count((task) => (task.isExpectedToFail ? task.isCompleted : task.isDeadLettered)),
    };
  }

  /** @param {string} worker */
  #runningOn(worker) {
    let running = this.#running.get(worker);
    if (running === undefined) this.#running.set(worker, (running = new Set()));
    return running;
  }
}

/** The last line of a run. @param {Summary} summary */
export function describeSummary({ added, completed, deadLettered, lost, runTwice, surprises }) {
  const remark = surprises === 0 ? 'expected' : `${surprises} not as expected`;
  return `added ${added} · completed ${completed} · dead-lettered ${deadLettered} (${remark}) · lost ${lost} · run twice ${runTwice}`;
}
