import type { MessageHandler } from '@nestjs/microservices';
import type { BatchPolicy } from '../batch-policy';
import type { TaskDefinition } from '../define-task';
import { ConfigurationError, DefinitionError } from '../errors';
import type { Tracing } from '../tracing';
import { BatchContext } from './batch-context';
import { endsOf } from './batch-ends';
import type { TaskContext } from './task-context';

/** Nest's pipeline around a handler. */
type Invoke = (handler: MessageHandler, payload: unknown, context: BatchContext) => Promise<unknown>;

/** One task that may be handled together with others. */
export interface BatchMember {
  readonly handler: MessageHandler;
  readonly payload: unknown;
  readonly context: TaskContext;
  /** It is suspected of ending its workers, and runs when nothing else is in the worker's hand: nobody will join it. */
  readonly isAlone: boolean;
  /** Whether it need not be waited for: its channel has closed, and the broker hands it out again, or somebody has cancelled it. */
  readonly isGone: () => boolean;
}

interface JoinedMember extends BatchMember {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface FillingBatch {
  members: JoinedMember[];
  readonly timer: NodeJS.Timeout;
}

/**
 * Collects tasks of one name until a batch is full or its first task has waited long enough, and calls their handler once.
 * Each task has its own end: what the handler throws is every task's failure; when it returns nothing all are done, and a list
 * as `Promise.allSettled` gives it, one entry a task, tells each task's end. Whatever else it returns is every task's failure.
 */
export class Batches {
  private readonly filling = new Map<string, FillingBatch>();
  private isHurried = false;

  constructor(
    private readonly invoke: Invoke,
    private readonly tracing: Tracing,
  ) {}

  /** The end of this task in a batch with others: resolves with its result, or rejects with its error. */
  join(member: BatchMember, { size, wait }: BatchPolicy): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { name } = member.context;
      const { members } = this.filling.get(name) ?? this.open(name, wait);
      members.push({ ...member, resolve, reject });
      if (members.length >= size || this.isHurried || member.isAlone) this.begin(name);
    });
  }

  /** Nothing more comes: what waits for company begins now. */
  hurry(): void {
    this.isHurried = true;
    for (const name of this.filling.keys()) this.begin(name);
  }

  /** A channel has closed, or tasks were cancelled: they leave what has not begun. */
  dropGone(): void {
    for (const [name, batch] of this.filling) {
      const gone = batch.members.filter((member) => member.isGone());
      batch.members = batch.members.filter((member) => !member.isGone());
      for (const { reject } of gone) reject(new Error('It left before its batch began.'));
      if (batch.members.length > 0) continue;
      clearTimeout(batch.timer);
      this.filling.delete(name);
    }
  }

  private open(name: string, wait: number): FillingBatch {
    const batch = { members: [], timer: setTimeout(() => this.begin(name), wait) };
    this.filling.set(name, batch);
    return batch;
  }

  private begin(name: string): void {
    const batch = this.filling.get(name);
    if (batch === undefined) return;
    this.filling.delete(name);
    clearTimeout(batch.timer);
    const [first, ...others] = batch.members;
    if (first !== undefined) void this.run([first, ...others]);
  }

  private async run(members: readonly [JoinedMember, ...JoinedMember[]]): Promise<void> {
    const [first, ...others] = members;
    const context = new BatchContext([first.context, ...others.map((member) => member.context)]);
    const payloads = members.map(({ payload }) => payload);
    try {
      const result = await this.tracing.batch(context, () => this.invoke(first.handler, payloads, context));
      const ends = endsOf(result, context);
      members.forEach(({ resolve, reject }, index) => {
        const end = ends[index];
        if (end?.status === 'rejected') reject(end.reason);
        else resolve(end?.value);
      });
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }
}

/**
 * A batch takes a slot for each of its tasks, and the broker hands out no more than there are slots.
 * @throws DefinitionError when a batch has several handlers, which Nest would call beside each other: each would have its own
 * word on every task's end.
 * @throws ConfigurationError when a batch could never be full.
 */
export function assertBatches(
  tasks: readonly TaskDefinition[],
  handlers: ReadonlyMap<string, MessageHandler>,
  slotsOf: (task: TaskDefinition) => number,
): void {
  for (const { name, batch } of tasks) {
    if (batch === undefined || handlers.get(name)?.next === undefined) continue;
    throw new DefinitionError(`Task "${name}" takes batches and has several handlers; it can have one.`);
  }
  const problems = tasks.flatMap((task) => {
    const { name, queue, batch } = task;
    const slots = slotsOf(task);
    if (batch === undefined || batch.size <= slots) return [];
    const message =
      `task "${name}" takes batches of up to ${batch.size}, and queue "${queue.name}" runs ${slots} tasks at once: ` +
      `set the queue's concurrency to ${batch.size} or more`;
    return [{ path: 'WORKER_CONCURRENCY', message }];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
}
