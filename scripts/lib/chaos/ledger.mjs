import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** How much is read at once of each file. */
const CHUNK = 1 << 20;

/** How many lines about one task are kept, for whoever looks for a lost one. */
const KEPT_TRACES = 40;

/**
 * The ledger of a run: a folder of files, one for each process, that are only ever appended to. Read again and again while the
 * processes write.
 */
export class Ledger {
  #folder;
  /** Where reading goes on, by file. @type {Map<string, number>} */
  #offsets = new Map();
  /** @type {Map<string, import('./verdict.mjs').TaskRecord>} */
  #added = new Map();
  /** Entries may be read before the add: it comes from another process. @type {Map<string, { done: number, dead: readonly string[], endedAt?: number }>} */
  #ends = new Map();
  /** @type {Map<string, string[]>} */
  #traces = new Map();
  #open = 0;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
    /** Entries of each verb: added, begun, failed, done, early, aside, dead, refused. @type {Record<string, number>} */
    this.entries = {};
    /** Adds that were rejected, by the error's name. @type {Record<string, number>} */
    this.refusals = {};
  }

  /** Confirmed tasks. */
  get tasks() {
    return [...this.#added.values()];
  }

  /** How many confirmed tasks are neither done nor in a dead-letter queue. */
  get open() {
    return this.#open;
  }

  /** The tasks that took longest from the beginning of their add, with the seconds that took. @param {number} count */
  slowest(count) {
    return this.tasks
      .flatMap(({ id, kind, begunAt, endedAt }) =>
        endedAt === undefined ? [] : [{ id, kind, seconds: (endedAt - begunAt) / 1_000 }],
      )
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, count);
  }

  /** All that is known of a task, in order of time. @param {string} id */
  traceOf(id) {
    const timeOf = (/** @type {string} */ line) => Number(line.slice(line.lastIndexOf(' ')));
    return [...(this.#traces.get(id) ?? [])].sort((a, b) => timeOf(a) - timeOf(b));
  }

  /** Reads what was written since the last time. @returns {number} how many entries that were */
  read() {
    let count = 0;
    for (const name of readdirSync(this.#folder)) {
      for (const line of this.#newLines(name)) {
        this.#enter(line, name);
        count += 1;
      }
    }
    return count;
  }

  /** Whole lines only: what a process is writing at this moment is read the next time. @param {string} name */
  *#newLines(name) {
    const file = openSync(join(this.#folder, name), 'r');
    try {
      for (;;) {
        const offset = this.#offsets.get(name) ?? 0;
        const buffer = Buffer.alloc(CHUNK);
        const end = buffer.subarray(0, readSync(file, buffer, 0, CHUNK, offset)).lastIndexOf(10) + 1;
        if (end === 0) return;
        this.#offsets.set(name, offset + end);
        yield* buffer.toString('utf8', 0, end - 1).split('\n');
      }
    } finally {
      closeSync(file);
    }
  }

  /** @param {string} line @param {string} file */
  #enter(line, file) {
    const [verb, id, detail, begunAt, dueAt] = line.split(' ');
    const at = Number(line.slice(line.lastIndexOf(' ')));
    this.entries[verb] = (this.entries[verb] ?? 0) + 1;
    const end = this.#ends.get(id) ?? { done: 0, dead: [], endedAt: undefined };
    const wasOpen = this.#isOpen(id);
    if (verb === 'added') {
      this.#added.set(id, { id, kind: detail, begunAt: Number(begunAt), dueAt: Number(dueAt), ...end });
    } else if (verb === 'done') {
      this.#end(id, { ...end, done: end.done + 1, endedAt: end.done === 0 ? at : end.endedAt });
    } else if (verb === 'aside') {
      this.#ends.set(id, { ...end, endedAt: end.endedAt ?? at });
    } else if (verb === 'dead') {
      if (!end.dead.includes(detail)) this.#end(id, { ...end, dead: [...end.dead, detail] });
    } else if (verb === 'refused') {
      this.refusals[detail] = (this.refusals[detail] ?? 0) + 1;
    }
    this.#open += Number(this.#isOpen(id)) - Number(wasOpen);
    this.#keepTrace(id, `${file}: ${line}`);
  }

  /** @param {string} id @param {{ done: number, dead: readonly string[], endedAt?: number }} end */
  #end(id, end) {
    this.#ends.set(id, end);
    const task = this.#added.get(id);
    if (task !== undefined) Object.assign(task, end);
  }

  /** @param {string} id */
  #isOpen(id) {
    const task = this.#added.get(id);
    return task?.done === 0 && task.dead.length === 0;
  }

  /** What became of a task is of interest only while it is open. @param {string} id @param {string} line */
  #keepTrace(id, line) {
    const { done = 0, dead = [] } = this.#ends.get(id) ?? {};
    if (done > 0 || dead.length > 0) {
      this.#traces.delete(id);
      return;
    }
    const trace = this.#traces.get(id) ?? [];
    this.#traces.set(id, trace);
    if (trace.length < KEPT_TRACES) trace.push(line);
  }
}
