import { isDeepStrictEqual } from 'node:util';
import type { EventDefinition } from './define-event';
import type { QueueDefinition, QueueType } from './define-queue';
import type { TaskDefinition } from './define-task';
import { ConfigurationError, DefinitionError } from './errors';
import { bindingPlans, mergedExchange } from './topology/bindings';
import type { ExchangePlan } from './topology/bindings';

/** The task definitions, queues and events that an app knows. */
export class TaskRegistry {
  readonly tasks: readonly TaskDefinition[];
  readonly queues: readonly QueueDefinition[];
  readonly events: readonly EventDefinition[];
  private readonly tasksByName = new Map<string, TaskDefinition>();
  private readonly queuesByName = new Map<string, QueueDefinition>();

  private readonly eventsByName = new Map<string, EventDefinition>();
  private readonly exchangesByName = new Map<string, ExchangePlan>();

  /** @throws DefinitionError when two definitions have one name, or two queues or exchanges of one name differ. */
  constructor(
    tasks: readonly TaskDefinition[],
    queues: readonly QueueDefinition[] = [],
    events: readonly EventDefinition[] = [],
  ) {
    for (const task of tasks) this.register(task);
    for (const queue of queues) this.registerQueue(queue);
    this.tasks = [...this.tasksByName.values()];
    this.queues = [...this.queuesByName.values()];
    for (const event of events) this.registerEvent(event);
    for (const { name, bindings } of this.queues)
      for (const { exchange } of bindingPlans(name, bindings)) this.registerExchange(exchange, `queue "${name}"`);
    this.events = [...this.eventsByName.values()];
  }

  /** The exchanges that events are published to or queues are bound to. */
  get exchanges(): readonly ExchangePlan[] {
    return [...this.exchangesByName.values()];
  }

  /** The event of this name, if there is one. */
  event(name: string): EventDefinition | undefined {
    return this.eventsByName.get(name);
  }

  /** The definition of this name, if there is one. */
  get(name: string): TaskDefinition | undefined {
    return this.tasksByName.get(name);
  }

  /**
   * The queues a worker consumes: those of these names, or all.
   * @throws ConfigurationError that names the queues nobody defined.
   */
  queuesNamed(names: readonly string[] | undefined): readonly QueueDefinition[] {
    if (names === undefined) return this.queues;
    const unknown = names.filter((name) => !this.queuesByName.has(name));
    if (unknown.length > 0) {
      const known = [...this.queuesByName.keys()].join(', ');
      const message = `no queue is defined with the name ${unknown.map((name) => `"${name}"`).join(', ')} (defined: ${known})`;
      throw new ConfigurationError([{ path: 'WORKER_QUEUES', message }]);
    }
    return this.queues.filter((queue) => names.includes(queue.name));
  }

  /** Whether this queue is declared as a quorum queue, where the definition or else the setting says so. */
  isQuorum(name: string, otherwise: QueueType): boolean {
    const queue = this.queuesByName.get(name);
    return queue !== undefined && (queue.type ?? otherwise) === 'quorum';
  }

  /** Whether a task of this queue may be one that is acknowledged before its run. */
  acksBefore(queue: string): boolean {
    return this.tasks.some((task) => task.queue.name === queue && task.acknowledge === 'before');
  }

  private register(task: TaskDefinition): void {
    if (this.tasksByName.has(task.name))
      throw new DefinitionError(`Two tasks are defined with the name "${task.name}".`);
    this.tasksByName.set(task.name, task);
    this.registerQueue(task.queue);
  }

  private registerEvent(event: EventDefinition): void {
    const { name } = event;
    if (this.tasksByName.has(name) || this.eventsByName.has(name))
      throw new DefinitionError(`Two tasks or events are defined with the name "${name}".`);
    this.eventsByName.set(name, event);
    this.registerExchange(event.exchange, `event "${name}"`);
  }

  private registerExchange(exchange: ExchangePlan, whose: string): void {
    const known = this.exchangesByName.get(exchange.name) ?? exchange;
    const fault = (was: string, is: string): DefinitionError =>
      new DefinitionError(`Exchange "${exchange.name}" is ${was} elsewhere, and ${is} to ${whose}.`);
    if (known.type !== exchange.type) throw fault(known.type, exchange.type);
    const [was, is] = [known.arguments, exchange.arguments];
    if (was !== undefined && is !== undefined && !isDeepStrictEqual(was, is))
      throw fault(`declared with ${JSON.stringify(was)}`, `declared with ${JSON.stringify(is)}`);
    this.exchangesByName.set(exchange.name, mergedExchange(known, exchange));
  }

  private registerQueue(queue: QueueDefinition): void {
    const known = this.queuesByName.get(queue.name);
    if (known === undefined) {
      this.queuesByName.set(queue.name, queue);
      return;
    }
    if (!isSame(known, queue)) {
      throw new DefinitionError(
        `Queue "${queue.name}" is defined twice with different properties; define it once and use that definition in every task.`,
      );
    }
  }
}

function isSame(known: QueueDefinition, queue: QueueDefinition): boolean {
  const fields = new Set([...Object.keys(known), ...Object.keys(queue)]) as Set<keyof QueueDefinition>;
  return [...fields].every((field) => known[field] === queue[field]);
}
