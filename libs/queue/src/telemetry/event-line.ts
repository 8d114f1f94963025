import { inspect } from 'node:util';
import type { RunningTask } from './running-task';

/** The fields by which an event tells its task. */
interface EventFields {
  readonly id?: string | undefined;
  readonly queue?: string;
  readonly attempt?: number;
  readonly traceId?: string | undefined;
}

/** One event as a log line: its fields to a logger that writes JSON, its sentence to one that writes for people. */
export class EventLine {
  readonly #fields: object;
  readonly #sentence: () => string;

  constructor(
    readonly event: string,
    fields: object,
    sentence: () => string,
    unshown: number,
  ) {
    Object.assign(this, fields, unshown > 0 ? { unshown } : {});
    this.#fields = fields;
    this.#sentence = () => (unshown > 0 ? `${sentence()} (${unshown} changes before it are not shown)` : sentence());
  }

  /** The task that an event is about, as every line about a task says it. */
  static taskOf(line: EventLine): RunningTask | undefined {
    const fields = line.#fields as EventFields;
    const { id: taskId, queue, attempt, traceId } = fields;
    return queue === undefined || !('id' in fields) ? undefined : { taskId, queue, attempt, traceId };
  }

  /** Names and reasons may come from strangers: a control character must not forge a line or paint the terminal. */
  [inspect.custom](): string {
    return this.#sentence().replace(/\p{Cc}/gu, escaped);
  }
}

/** As JSON writes it; DEL and the C1 controls, which JSON leaves alone, likewise. */
function escaped(control: string): string {
  if (control < ' ') return JSON.stringify(control).slice(1, -1);
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
