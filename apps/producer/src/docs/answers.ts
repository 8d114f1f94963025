import type { Json } from './payload-schema';
import { stateSchemas } from './state-schemas';

const text = (description: string): Json => ({ type: 'string', description });
const list = (name: string): Json => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } });
const object = (properties: Json, required = Object.keys(properties)): Json => ({
  type: 'object',
  properties,
  required,
});

/** The schemas of what the API answers. */
export const answerSchemas = {
  ...stateSchemas,
  AddedTask: object({ id: text('The task’s id.'), queue: text('The queue the broker has stored it in.') }),
  CancelledTask: object({
    id: text('The task’s id.'),
    by: text('Who has cancelled it, as it is recorded: the address, and the caller’s own words.'),
  }),
  Problem: {
    ...object(
      {
        type: text('The kind of problem, as a URI; about:blank where the status says it all.'),
        title: text('The kind of problem, in words.'),
        status: { type: 'integer' },
        detail: text('What happened, and what was stored.'),
        problems: list('FieldProblem'),
        retryAfter: { type: 'integer', description: 'Seconds until it may work; with status 503.' },
        id: text('The id of the task that was not added; with status 503. Send it again as options.id.'),
      },
      ['type', 'title', 'status', 'detail', 'problems'],
    ),
    description: 'RFC 9457 problem details.',
  },
  BatchProblem: {
    allOf: [{ $ref: '#/components/schemas/Problem' }, object({ results: list('BatchResult') })],
    description: 'A problem of a whole batch, with what became of each task.',
  },
  FieldProblem: object({
    path: text('The wrong field, dotted; empty when it is the whole body.'),
    message: text('What is wrong there.'),
  }),
  BatchResult: {
    ...object(
      {
        index: { type: 'integer', description: 'Which task of the request, from 0.' },
        status: { type: 'integer', description: 'The status a request with this task alone would have been answered.' },
        id: text('With status 202: the task’s id.'),
        queue: text('With status 202: its queue.'),
        error: { $ref: '#/components/schemas/Problem' },
      },
      ['index', 'status'],
    ),
    description: 'What became of one task of a batch: id and queue, or an error.',
  },
  BatchResults: object({ results: list('BatchResult') }),
  Health: object({ status: { enum: ['ok', 'error'] } }),
};

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until it may work.', schema: { type: 'integer' } },
};

/** The answers to one task. */
export const taskAnswers = {
  '202': answer('The broker has confirmed the task.', 'AddedTask'),
  '400': problem('The body is not valid JSON, or fields of it are wrong; each is named.'),
  '404': problem('No task has this name.'),
  '413': problem('The body or the task’s message is too large.'),
  '415': problem('The body is not JSON.'),
  '503': {
    ...problem('The broker cannot confirm now. Send the task again, with the id of the answer as options.id.'),
    headers: RETRY_AFTER,
  },
};

/** The answers to a cancel. */
export const cancelAnswers = {
  '202': answer('The broker has stored the order; every worker heeds it from now on.', 'CancelledTask'),
  '400': problem('The id or the query cannot be used.'),
  '503': {
    ...problem('The broker cannot store the order now, or has no streams; nothing was cancelled.'),
    headers: RETRY_AFTER,
  },
};

/** The answers to a batch. */
export const batchAnswers = {
  '202': answer('The broker has confirmed every task.', 'BatchResults'),
  '207': answer('Some tasks were not added; their results say why.', 'BatchResults'),
  '400': problem('The body is not valid JSON, or holds no list of tasks, an empty one, or one that is too long.'),
  '413': problem('The body is too large.'),
  '415': problem('The body is not JSON.'),
  '503': {
    ...problem('No task was added because the broker cannot confirm now.', 'BatchProblem'),
    headers: RETRY_AFTER,
  },
};

const noState = {
  '404': problem('Nothing is known of a task with this id.'),
  '503': {
    ...problem('What happened to tasks cannot be read now, or too many clients follow tasks.'),
    headers: RETRY_AFTER,
  },
};

/** The answers to a question for a task's state. */
export const stateAnswers = { '200': answer('What became of the task so far.', 'TaskState'), ...noState };

/** The answers to one who follows a task. */
export const followingAnswers = {
  '200': answer(
    'The task as it is now, and again after each change, until it has ended.',
    'TaskEvents',
    'text/event-stream',
  ),
  ...noState,
};

/** The answers of a health check. */
export const healthAnswers = {
  '200': answer('It can.', 'Health'),
  '503': answer('It cannot; the answer has the reasons.', 'Health'),
};

function answer(description: string, schema: keyof typeof answerSchemas, type = 'application/json') {
  return { description, content: { [type]: { schema: { $ref: `#/components/schemas/${schema}` } } } };
}

function problem(description: string, schema: keyof typeof answerSchemas = 'Problem') {
  return answer(description, schema, 'application/problem+json');
}
