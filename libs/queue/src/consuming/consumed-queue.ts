import type { ConsumerState } from '../connection/queue-consumer';

/** A task in a worker's hand: it runs, or waits for its slot. */
export interface TaskInHand {
  /** Its name, as far as it has been read. A stranger may have written it. */
  readonly name: string | undefined;
  /** Milliseconds since it took its slot; `undefined` while it waits for one. */
  readonly runningFor: number | undefined;
  /** Since when it could have been run, in milliseconds since 1970, where that is known. */
  readonly dueAt: number | undefined;
}

/** What a queue's deliveries are doing at this moment. */
export interface QueueFigures {
  /** Tasks that run at once. */
  readonly slots: number;
  /** Slots that one task has held for longer than `stuckAfter`. */
  readonly stuck: number;
  readonly inHand: readonly TaskInHand[];
}

/** A queue that a worker consumes, at this moment. */
export interface ConsumedQueue extends QueueFigures {
  readonly queue: string;
  readonly state: ConsumerState;
}
