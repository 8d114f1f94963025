import type { QueueEventMap } from '../events';
import type { Delivery } from './delivery';

type Started = QueueEventMap['task.started'];
type Completed = QueueEventMap['task.completed'];

/**
 * What is told of a run that begins. It is made for each task: its trace, its life, and when it was due, are worked out from its message
 * only for those who ask.
 */
export class RunStart implements Started {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly queue: string;
  readonly attempt: number;
  readonly redelivered: boolean;
  /** Private to the language as well: whoever writes an event down must not write the message. */
  readonly #delivery: Delivery;

  constructor(delivery: Delivery) {
    this.id = delivery.id;
    this.name = delivery.name;
    this.queue = delivery.queue;
    this.attempt = delivery.attempt;
    this.redelivered = delivery.isRedelivered;
    this.#delivery = delivery;
  }

  get traceId(): string | undefined {
    return this.#delivery.tracedBy;
  }

  get life(): number | undefined {
    return this.#delivery.life;
  }

  get dueAt(): number | undefined {
    return this.#delivery.dueAt;
  }
}

/** The same of a run that has completed. A class: a copy by spread leaves a hidden class in the old generation each time. */
export class RunEnd extends RunStart implements Completed {
  constructor(
    delivery: Delivery,
    readonly milliseconds: number,
    readonly result: unknown,
  ) {
    super(delivery);
  }
}
