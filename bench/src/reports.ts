/** What a worker tells its parent every quarter of a second: what has happened since the last time. */
export interface WorkerReport {
  /** Its resident memory now, in bytes. */
  readonly memory: number;
  /** Ids of the tasks that are done, and when, in milliseconds since 1970. */
  readonly completed: readonly (readonly [id: string, at: number])[];
  /** Runs that failed. */
  readonly failed: number;
  /** Of delayed tasks: milliseconds from the moment they were due to the start of the handler; below 0: early. */
  readonly lateness: readonly (readonly [id: string, milliseconds: number])[];
}

/** What a producer tells its parent when it has added its tasks. */
export interface AddingReport {
  /** Milliseconds since 1970: before the first add, and after the last confirm. */
  readonly begunAt: number;
  readonly endedAt: number;
  /** The errors of the adds that were rejected. */
  readonly refused: readonly string[];
}
