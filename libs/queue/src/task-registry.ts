import type { QueueDefinition } from './define-queue';
import type { TaskDefinition } from './define-task';
import { ConfigurationError, DefinitionError } from './errors';

/** The task definitions and queues that an app knows. */
export class TaskRegistry {
  readonly tasks: readonly TaskDefinition[];
  readonly queues: readonly QueueDefinition[];
  private readonly tasksByName = new Map<string, TaskDefinition>();
  private readonly queuesByName = new Map<string, QueueDefinition>();

  /** @throws DefinitionError when two definitions have one name, or two queues of one name differ. */
  constructor(tasks: readonly TaskDefinition[], queues: readonly QueueDefinition[] = []) {
    for (const task of tasks) this.register(task);
    for (const queue of queues) this.registerQueue(queue);
    this.tasks = [...this.tasksByName.values()];
    this.queues = [...this.queuesByName.values()];
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

  private register(task: TaskDefinition): void {
    if (this.tasksByName.has(task.name))
      throw new DefinitionError(`Two tasks are defined with the name "${task.name}".`);
    this.tasksByName.set(task.name, task);
    this.registerQueue(task.queue);
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
