import { EventPattern } from '@nestjs/microservices';
import type { EventDefinition } from '../define-event';
import type { BatchTaskDefinition, PayloadOf, TaskDefinition } from '../define-task';
import type { BatchContext } from './batch-context';
import type { TaskContext } from './task-context';

/** A method that can handle what is defined so: the payload is its first parameter and the context its second; a batch's get a list and a `BatchContext`. */
export type HandlerOf<Definition extends TaskDefinition | EventDefinition> = Definition extends BatchTaskDefinition
  ? (payloads: PayloadOf<Definition>[], context: BatchContext, ...others: never[]) => unknown
  : (payload: PayloadOf<Definition>, context: TaskContext, ...others: never[]) => unknown;

/** What {@link Handles} gives: a decorator that the compiler takes only on such a method. */
export type HandlerDecorator<Definition extends TaskDefinition | EventDefinition> = <
  Handler extends HandlerOf<Definition>,
>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

/**
 * Makes a controller's method the handler of a task or an event. It is Nest's `@EventPattern(definition.name)`, and the compiler looks that the
 * method takes what the definition gives: its payload first, its `TaskContext` second (a list and a `BatchContext`, where it takes batches).
 *
 * ```ts
 * @Handles(imageResize)
 * async resize(@Payload() task: PayloadOf<typeof imageResize>, @Ctx() context: TaskContext) { ... }
 * ```
 *
 * A handler of several names, of a pattern with wildcards, or whose pipes make another type of the payload, is a plain `@EventPattern`.
 */
export function Handles<Definition extends TaskDefinition | EventDefinition>(
  definition: Definition,
): HandlerDecorator<Definition> {
  return EventPattern<string>(definition.name);
}
