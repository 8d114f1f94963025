/** What a worker has said of one run. */
export class Tally {
  /** When each task was done, by id. Milliseconds since 1970. @type {Map<string, number>} */
  completed = new Map();
  /** How late each delayed task was, by id. Milliseconds. @type {Map<string, number>} */
  lateness = new Map();
  /** Resident memory, in bytes, each 250 ms. @type {number[]} */
  memory = [];
  /** Runs that failed. */
  failed = 0;
  /** Runs that completed of tasks which were done before. */
  again = 0;

  /** @param {import('../src/reports.js').WorkerReport} report */
  take(report) {
    this.memory.push(report.memory);
    this.failed += report.failed;
    for (const [id, at] of report.completed) {
      if (this.completed.has(id)) this.again += 1;
      else this.completed.set(id, at);
    }
    // The first run counts: a second one of the same task is late for another reason.
    for (const [id, late] of report.lateness) if (!this.lateness.has(id)) this.lateness.set(id, late);
  }

  /** How many of a run's tasks are not done. @param {string} run @param {number} tasks */
  missing(run, tasks) {
    return Array.from({ length: tasks }, (_, index) => `${run}-${index}`).filter((id) => !this.completed.has(id))
      .length;
  }

  /** When the last task was done; 0 when none is. */
  get lastAt() {
    let last = 0;
    for (const at of this.completed.values()) last = Math.max(last, at);
    return last;
  }
}
