import type { EventDefinition } from '../define-event';
import type { PayloadInputOf, TaskDefinition } from '../define-task';
import { HistoryUnavailableError } from '../errors';
import { QueueEvents } from '../events';
import { TaskHistory } from '../history/task-history';
import { TaskQueue } from '../producing/task-queue';
import type { AddedTask, AddOptions, AddResult, TasksToAdd } from '../producing/task-queue';
import { queueSettings } from '../queue.options';
import type { QueueSettings } from '../queue.options';
import { readSettings } from '../settings';
import { differences, shown } from './differences';
import { isAdded, isEvent, recordedTask } from './recorded-task';
import type { RecordedTask } from './recorded-task';
import { RecordingPublisher } from './recording-publisher';

/** The fields of a value, and of what is in it, as far as somebody names them. A matcher (`expect.any(Number)`) stands for any value. */
export type PartialOf<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Field in keyof Value]?: PartialOf<Value[Field]> }
    : Value;

/** What `expectAdded` looks at besides the payload. */
export type ExpectedTask = Partial<Pick<RecordedTask, 'id' | 'delay' | 'priority' | 'headers'>>;

/** A task was not added as it was expected; the message shows what was added instead. */
export class TaskExpectationError extends Error {
  override readonly name = 'TaskExpectationError';
}

/** Tasks that an error shows at most. */
const MOST_SHOWN = 10;

/**
 * In place of `TaskQueue`, for tests of what adds tasks: it is the real one, with its checks of payloads and options, its errors and its
 * messages, and remembers what was added instead of sending it. It needs no test framework:
 *
 * ```ts
 * const queue = new RecordingTaskQueue();
 * const module = await Test.createTestingModule({ providers: [Orders, { provide: TaskQueue, useValue: queue }] }).compile();
 * await module.get(Orders).place(order);
 * queue.expectAdded(invoiceExport, { order: order.id });
 * ```
 */
export class RecordingTaskQueue extends TaskQueue {
  private readonly definitions = new Map<string, TaskDefinition>();
  private readonly results = new Map<string, unknown>();

  constructor(
    private readonly recorder: RecordingPublisher = new RecordingPublisher(),
    settings: Partial<Pick<QueueSettings, 'maxMessageBytes'>> = {},
    events: QueueEvents = new QueueEvents(),
    now?: () => number,
  ) {
    const noHistory = new TaskHistory(() => {
      throw new HistoryUnavailableError('this TaskQueue only records');
    });
    super(recorder, { ...readSettings(queueSettings, {}), ...settings }, events, noHistory, undefined, now);
  }

  override add<Task extends TaskDefinition>(
    task: Task,
    payload: PayloadInputOf<Task>,
    options?: AddOptions,
  ): Promise<AddedTask> {
    this.definitions.set(task.name, task);
    return super.add(task, payload, options);
  }

  override addBulk<const Tasks extends readonly TaskDefinition[]>(tasks: TasksToAdd<Tasks>): Promise<AddResult[]> {
    for (const { task } of tasks) this.definitions.set(task.name, task);
    return super.addBulk(tasks);
  }

  /** What was added, in its order: of one definition, or all. */
  added(definition?: TaskDefinition): readonly RecordedTask[] {
    return this.recorder.published
      .filter(isAdded)
      .map((published) => {
        const { type = '' } = published.message.properties;
        const known = definition?.name === type ? definition : this.definitions.get(type);
        return recordedTask(published, known?.queue.format);
      })
      .filter(({ name }) => definition === undefined || name === definition.name);
  }

  /** The events that were published, in their order: of one definition, or all. `queue` is the exchange. */
  published(definition?: EventDefinition): readonly RecordedTask[] {
    const events = this.recorder.published.filter(isEvent).map((one) => recordedTask(one, definition?.format));
    return events.filter(({ name }) => definition === undefined || name === definition.name);
  }

  /**
   * Asserts that a task was added: one of this definition whose payload has these fields.
   * @param expected fields of its payload, also within; what is not named may be anything
   * @param further its id, delay, priority or headers
   * @returns the first such task
   * @throws TaskExpectationError when there is none, which shows what was added instead.
   */
  expectAdded<Task extends TaskDefinition>(
    definition: Task,
    expected?: PartialOf<PayloadInputOf<Task>>,
    further: ExpectedTask = {},
  ): RecordedTask {
    const [first] = this.matching(definition, expected, further);
    if (first !== undefined) return first;
    throw new TaskExpectationError(this.sentence(definition, expected, further));
  }

  /**
   * Asserts that no such task was added.
   * @throws TaskExpectationError when one was.
   */
  expectNotAdded<Task extends TaskDefinition>(
    definition: Task,
    expected?: PartialOf<PayloadInputOf<Task>>,
    further: ExpectedTask = {},
  ): void {
    const found = this.matching(definition, expected, further);
    if (found.length === 0) return;
    const which = found.length === 1 ? 'it was' : `${found.length} were`;
    throw new TaskExpectationError(
      `${definition.name} was not to be added, and ${which}:\n${found.map(line).join('\n')}`,
    );
  }

  /** From now on every add fails, as when the broker is away: `failWith(() => new NotConnectedError('no route'))`. */
  failWith(failure: () => Error): void {
    this.recorder.failWith(failure);
  }

  /** Forgets what was added, and takes tasks again. */
  clear(): void {
    this.recorder.published.length = 0;
    this.recorder.failWith(undefined);
    this.results.clear();
  }

  /** What `result` resolves with for the task of this id: its handler is not here. */
  completes(id: string, result?: unknown): void {
    this.results.set(id, result);
  }

  /** @throws HistoryUnavailableError for a task of which {@link completes} was not told. */
  override result(id: string): Promise<unknown> {
    if (this.results.has(id)) return Promise.resolve(this.results.get(id));
    return Promise.reject(
      new HistoryUnavailableError('this TaskQueue only records; tell it the result by completes()'),
    );
  }

  private matching(definition: TaskDefinition, payload: unknown, further: ExpectedTask): RecordedTask[] {
    return this.added(definition).filter((task) => problemsOf(task, payload, further).length === 0);
  }

  private sentence(definition: TaskDefinition, payload: unknown, further: ExpectedTask): string {
    const { name } = definition;
    const wanted = [
      ...(payload === undefined ? [] : [`payload ${shown(payload)}`]),
      ...(Object.keys(further).length === 0 ? [] : [shown(further)]),
    ];
    const expected = `${name} was to be added${wanted.length === 0 ? '' : ` with ${wanted.join(' and ')}`}`;
    const all = this.added();
    if (all.length === 0) return `${expected}, and nothing was added.`;
    const told = all.slice(0, MOST_SHOWN).flatMap((task) => {
      const problems = task.name === name ? problemsOf(task, payload, further) : [];
      return [line(task), ...problems.map((problem) => `      ${problem}`)];
    });
    const rest = all.length > MOST_SHOWN ? [`  and ${all.length - MOST_SHOWN} more`] : [];
    return [`${expected}, and it was not. Added instead:`, ...told, ...rest].join('\n');
  }
}

function problemsOf(task: RecordedTask, payload: unknown, further: ExpectedTask): string[] {
  const ofPayload = payload === undefined ? [] : differences(payload, task.payload);
  return [...ofPayload, ...differences(further, task)];
}

function line({ name, id, queue, delay, payload }: RecordedTask): string {
  return `  ${name} ${id} to ${queue}${delay > 0 ? ` in ${delay} ms` : ''}: ${shown(payload)}`;
}
