import type { EventDefinition } from '../define-event';
import type { QueueDefinition } from '../define-queue';
import type { TaskDefinition } from '../define-task';
import type { MessageFormat } from '../message/formats';
import { header } from '../message/headers';
import { componentName } from './component-name';
import { inputSchemaOf, movedTo } from './json-schema';
import type { JsonSchema } from './json-schema';

/** What is described: a `TaskRegistry`, or two lists. */
export interface AsyncApiSource {
  readonly tasks: readonly TaskDefinition[];
  readonly events?: readonly EventDefinition[];
}

const BINDING = '0.3.0';
const EXCHANGE_TYPES = ['direct', 'topic', 'fanout', 'headers'];

/**
 * The definitions as an AsyncAPI 3.0 document, for whoever talks to the queues without Warren. A queue is a channel from which the workers receive
 * tasks; an event is a channel to which it is sent. Payloads are what the definitions' schemas take, as JSON Schema draft-07 with every mark of
 * a team's own (`secret`) left in; one whose schema does not tell is free-form.
 */
export function asyncApiDocument({ tasks, events = [] }: AsyncApiSource): JsonSchema {
  const queues = [...new Map(tasks.map(({ queue }) => [queue.name, queue])).values()];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Warren',
      version: '1',
      description:
        'Tasks wait in durable queues of a RabbitMQ broker until a worker has done them; events go to exchanges. A message is persistent, says its ' +
        'name in `type` and its id in `message_id`.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries([...queues.map((queue) => queueChannel(queue, tasks)), ...events.map(eventChannel)]),
    operations: Object.fromEntries([
      ...tasks.map((task) => operation('handle', 'receive', task, queueKey(task.queue))),
      ...events.map((event) => operation('publish', 'send', event, eventKey(event))),
    ]),
    components: {
      messages: Object.fromEntries([
        ...tasks.map((task) => message(task, task.queue.format, task.version)),
        ...events.map((event) => message(event, event.format, event.version)),
      ]),
      schemas: Object.fromEntries([...tasks, ...events].map(payloadSchema)),
    },
  };
}

type Entry = readonly [key: string, value: JsonSchema];
type Described = Pick<TaskDefinition | EventDefinition, 'name' | 'description' | 'payload'>;

function queueKey({ name }: QueueDefinition): string {
  return `queue.${componentName(name)}`;
}

function eventKey({ name }: EventDefinition): string {
  return `event.${componentName(name)}`;
}

function queueChannel(queue: QueueDefinition, tasks: readonly TaskDefinition[]): Entry {
  const { name, declaredAs } = queue;
  const { durable = true, autoDelete = false } = declaredAs === false ? {} : (declaredAs ?? {});
  const declared = { name, durable, exclusive: false, autoDelete };
  const own = tasks.filter((task) => task.queue.name === name);
  const bindings = { amqp: { is: 'queue', queue: declared, bindingVersion: BINDING } };
  return [queueKey(queue), { address: name, messages: Object.fromEntries(own.map(messageReference)), bindings }];
}

function eventChannel(event: EventDefinition): Entry {
  const { exchange, routingKey } = event;
  // The binding knows no others; a plugin's exchange has a type of its own.
  const type = EXCHANGE_TYPES.includes(exchange.type) ? { type: exchange.type } : {};
  const declared = { name: exchange.name, ...type, durable: true, autoDelete: false };
  const bindings = { amqp: { is: 'routingKey', exchange: declared, bindingVersion: BINDING } };
  return [eventKey(event), { address: routingKey, messages: Object.fromEntries([messageReference(event)]), bindings }];
}

function messageReference({ name }: Described): Entry {
  const key = componentName(name);
  return [key, { $ref: `#/components/messages/${key}` }];
}

function operation(verb: string, action: string, { name, description }: Described, channel: string): Entry {
  const key = componentName(name);
  const messages = [{ $ref: `#/channels/${channel}/messages/${key}` }];
  const described = description === undefined ? {} : { summary: description };
  return [`${verb}.${key}`, { action, channel: { $ref: `#/channels/${channel}` }, ...described, messages }];
}

function message({ name, description }: Described, format: MessageFormat, version: number): Entry {
  const key = componentName(name);
  const payload = { $ref: `#/components/schemas/${key}` };
  const headers = headersOf(name, format, version);
  return [
    key,
    {
      name,
      title: name,
      ...(description === undefined ? {} : { description }),
      contentType: format.contentType,
      ...(headers === undefined ? {} : { headers }),
      payload: format.bodySchema?.(name, payload) ?? {
        description: `A body of the queue’s own format, made of ${payload.$ref}.`,
      },
      bindings: { amqp: { messageType: name, bindingVersion: BINDING } },
    },
  ];
}

/** `undefined`: any or none. */
function headersOf(name: string, format: MessageFormat, version: number): JsonSchema | undefined {
  const { properties, required } = format.headersSchema?.(name) ?? { properties: {}, required: [] };
  const versioned = version === 1 ? {} : { [header.taskVersion]: { const: version } };
  const all = { ...properties, ...versioned };
  if (Object.keys(all).length === 0) return undefined;
  return { type: 'object', properties: all, required: [...required, ...Object.keys(versioned)] };
}

function payloadSchema(definition: Described): Entry {
  const key = componentName(definition.name);
  const { $schema: _version, ...schema } = inputSchemaOf(definition, 'draft-07') ?? {
    description: 'The definition checks it.',
  };
  return [key, movedTo(`#/components/schemas/${key}`, schema)];
}
