import type { TaskDefinition } from '@app/queue';
import { componentName } from '@app/queue/contracts';
import { z } from 'zod';
import { taskRequest } from '../tasks/task-request';
import { examplePayload, payloadSchema } from './payload-schema';
import type { Json } from './payload-schema';

/** How a task definition stands in the API's document. */
export interface TaskSchemas {
  readonly name: string;
  /** Where the request's schema stands. */
  readonly reference: string;
  /** The request's schema and the payload's, by their names among the document's components. */
  readonly components: Readonly<Record<string, Json>>;
  /** A request that can be sent as it is, when the payload's schema has examples. */
  readonly example?: { readonly name: string; readonly payload: unknown };
}

/** The request's envelope with one task's name and payload put in. */
export function taskSchemas(task: TaskDefinition): TaskSchemas {
  const component = `task.${componentName(task.name)}`;
  const reference = `#/components/schemas/${component}`;
  const payloadReference = `${reference}.payload`;
  const payload = payloadSchema(task, payloadReference);
  const { properties = {}, ...envelope } = z.toJSONSchema(taskRequest, { io: 'input' });
  delete envelope.$schema;
  const request: Json = {
    ...envelope,
    title: task.name,
    ...(task.description === undefined ? {} : { description: task.description }),
    properties: {
      ...properties,
      options: optionsOf(task, properties['options'] as Json),
      name: { const: task.name, description: `Waits in the queue ${task.queue.name}.` },
      payload: { $ref: payloadReference },
    },
  };
  const example = examplePayload(payload);
  return {
    name: task.name,
    reference,
    components: { [component]: request, [`${component}.payload`]: payload },
    ...(example === undefined ? {} : { example: { name: task.name, payload: example } }),
  };
}

/** A priority is taken from 0 to the `maxPriority` of the task's queue; where that has none any is refused, and none is shown. */
function optionsOf({ queue: { maxPriority } }: TaskDefinition, options: Json): Json {
  const { priority, ...others } = options['properties'] as Readonly<Record<string, Json>>;
  const ranked = maxPriority === undefined ? {} : { priority: { ...priority, maximum: maxPriority } };
  return { ...options, properties: { ...others, ...ranked } };
}
