import { Spans } from '../telemetry/spans';
import { currentRun } from './run-notes';

/** Spans as ever; and what a run gives or throws, with its timeout, is noted. */
export class WatchedSpans extends Spans {
  constructor() {
    super();
    const { run, batch } = this;
    this.run = (task, handle) => run(task, () => noted(handle));
    this.batch = (tasks, handle) => batch(tasks, () => noted(handle));
  }

  override get surroundsRuns(): boolean {
    return true;
  }
}

async function noted<Result>(handle: () => Promise<Result>): Promise<Result> {
  const notes = currentRun();
  try {
    const result = await handle();
    if (notes !== undefined) notes.result = result;
    return result;
  } catch (error) {
    if (notes !== undefined) notes.thrown = { error };
    throw error;
  }
}
