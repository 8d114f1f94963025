import type { Json } from './payload-schema';

const text = (description: string): Json => ({ type: 'string', description });
const count = (description: string): Json => ({ type: 'integer', description });
const time = (description: string): Json => ({
  type: 'integer',
  description: `${description} Milliseconds since 1970.`,
});

/** The schemas of what is told of one task. */
export const stateSchemas = {
  TaskState: {
    type: 'object',
    required: ['id', 'queue', 'state', 'updatedAt', 'attempt', 'attempts'],
    properties: {
      id: text('The task’s id.'),
      name: text('Its name.'),
      queue: text('Its queue.'),
      state: {
        enum: ['delayed', 'queued', 'running', 'retrying', 'completed', 'dead-lettered', 'cancelled'],
        description: 'Where it stands. completed, dead-lettered and cancelled are ends.',
      },
      addedAt: time('When the broker had confirmed it.'),
      dueAt: time('When it is due, delayed or for its next attempt.'),
      updatedAt: time('When something was heard of it last.'),
      attempt: count('The attempt in progress, or the last one; 0 before the first.'),
      attempts: {
        type: 'array',
        items: { $ref: '#/components/schemas/Attempt' },
        description: 'Its runs, oldest first.',
      },
      progress: {
        type: 'object',
        required: ['fraction', 'at'],
        properties: { fraction: { type: 'number' }, note: text('What it is doing.'), at: time('When it said so.') },
      },
      result: { description: 'What its handler returned, up to 1 KB of JSON.' },
      isResultTooLarge: { type: 'boolean', description: 'The result was larger, or no JSON, and was not kept.' },
      reason: text('Why it was dead-lettered.'),
      error: text('Its last failure.'),
      worker: text('Who runs it, or ran it last.'),
      isWorkerLost: {
        type: 'boolean',
        description:
          'It is said to run, and its worker is silent or has stopped: it is handed out again, or had ended untold.',
      },
      traceId: text('Its trace.'),
      by: text('Who cancelled, redrove or purged it.'),
      redrivenAt: time('When it was redriven last.'),
      cancelRequestedBy: text(
        'Who has ordered that it be cancelled, while it has not ended: it is not run when its turn comes; a run that goes on may still complete.',
      ),
    },
  } satisfies Json,
  Attempt: {
    type: 'object',
    required: ['attempt'],
    properties: {
      attempt: count('From 1.'),
      worker: text('The worker that ran it.'),
      startedAt: time('When it began.'),
      endedAt: time('When it ended.'),
      milliseconds: count('How long the handler ran.'),
      error: text('What it failed with.'),
      stack: text('Where.'),
      nextDelay: count('Milliseconds until the next attempt.'),
    },
  } satisfies Json,
  TaskEvents: text('Server-sent events: event is task, data a TaskState as JSON. Comments keep the connection open.'),
};
