import type { TaskDefinition } from '@app/queue';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { MAX_BATCH_TASKS, cancelRequest } from '../tasks/task-request';
import {
  answerSchemas,
  batchAnswers,
  cancelAnswers,
  followingAnswers,
  healthAnswers,
  stateAnswers,
  taskAnswers,
} from './answers';
import { taskSchemas } from './task-schemas';
import type { TaskSchemas } from './task-schemas';

/** What the document tells about sizes, in bytes. */
export interface DocumentedLimits {
  readonly bodyBytes: number;
  readonly messageBytes: number;
}

const BY = z.toJSONSchema(cancelRequest.shape.by, { io: 'input' }) as { readonly description?: string };

/**
 * The API in OpenAPI 3.1, whose schemas are JSON Schema as zod writes it. Made of the very schemas that requests are
 * read with: the envelope's, and the payload's of every task definition.
 */
export function openApiDocument(definitions: readonly TaskDefinition[], limits: DocumentedLimits): OpenAPIObject {
  const tasks = definitions.map(taskSchemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Warren producer',
      version: '1',
      description:
        'Adds tasks to the queues of a RabbitMQ broker. A 202 says that the broker has stored the task: it runs at ' +
        `least once. A body has at most ${limits.bodyBytes} bytes, the message of one task at most ${limits.messageBytes}.`,
    },
    tags: [{ name: 'tasks' }, { name: 'health' }],
    paths: { ...taskPaths(tasks), ...statePaths(), ...healthPaths() },
    components: { schemas: { ...requestSchemas(tasks), ...answerSchemas } },
  };
}

function taskPaths(tasks: readonly TaskSchemas[]): OpenAPIObject['paths'] {
  const examples = tasks.flatMap(({ example }) => (example === undefined ? [] : [example]));
  return {
    '/tasks': {
      post: {
        tags: ['tasks'],
        operationId: 'addTask',
        summary: 'Adds a task',
        description: 'Answers when the broker has confirmed the task, or when it is known that it has not.',
        requestBody: jsonBody('Task', Object.fromEntries(examples.map((value) => [value.name, { value }]))),
        responses: taskAnswers,
      },
    },
    '/tasks/batch': {
      post: {
        tags: ['tasks'],
        operationId: 'addTasks',
        summary: 'Adds up to a thousand tasks',
        description:
          'Each task has a result of its own, in the order of the request: the status, and the id and queue or the ' +
          'problem, that a request with this task alone would have been answered. A wrong task does not keep the ' +
          'others from being added.',
        requestBody: jsonBody('Batch', { 'one of each': { value: { tasks: examples } } }),
        responses: batchAnswers,
      },
    },
  };
}

function statePaths(): OpenAPIObject['paths'] {
  const parameters = [{ name: 'id', in: 'path' as const, required: true, schema: { type: 'string' as const } }];
  return {
    '/tasks/{id}': {
      get: {
        tags: ['tasks'],
        operationId: 'taskState',
        summary: 'What became of a task',
        description: 'Its state, its attempts with their errors and times, its progress and its result.',
        parameters,
        responses: stateAnswers,
      },
      delete: {
        tags: ['tasks'],
        operationId: 'cancelTask',
        summary: 'Cancels a task',
        description:
          'A task that waits, is delayed or waits for its next attempt is not run; one that runs is told by its signal, and is not ' +
          'tried again when it fails then. One that completes all the same has completed. A task that is added or redriven later ' +
          'with the same id runs.',
        parameters: [
          ...parameters,
          { name: 'by', in: 'query', required: false, schema: BY, description: BY.description ?? '' },
        ],
        responses: cancelAnswers,
      },
    },
    '/tasks/{id}/events': {
      get: {
        tags: ['tasks'],
        operationId: 'taskEvents',
        summary: 'Follows a task until it has ended',
        description: 'Server-sent events: the task as it is now, and again whenever something happens to it.',
        parameters,
        responses: followingAnswers,
      },
    },
  };
}

function healthPaths(): OpenAPIObject['paths'] {
  return {
    '/health/live': {
      get: {
        tags: ['health'],
        operationId: 'live',
        summary: 'Whether the process answers',
        responses: { '200': healthAnswers['200'] },
      },
    },
    '/health/ready': {
      get: { tags: ['health'], operationId: 'ready', summary: 'Whether tasks can be added', responses: healthAnswers },
    },
  };
}

function requestSchemas(tasks: readonly TaskSchemas[]): Record<string, object> {
  return {
    ...Object.fromEntries(tasks.flatMap(({ components }) => Object.entries(components))),
    Task: {
      oneOf: tasks.map(({ reference }) => ({ $ref: reference })),
      discriminator: {
        propertyName: 'name',
        mapping: Object.fromEntries(tasks.map(({ name, reference }) => [name, reference])),
      },
    },
    Batch: {
      type: 'object',
      required: ['tasks'],
      properties: {
        tasks: { type: 'array', minItems: 1, maxItems: MAX_BATCH_TASKS, items: { $ref: '#/components/schemas/Task' } },
      },
      additionalProperties: false,
    },
  };
}

function jsonBody(schema: string, examples: Record<string, { value: unknown }>) {
  return {
    required: true,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, examples } },
  };
}
