import { MAX_DELAY_MS } from '@app/queue';
import { z } from 'zod';

/** Tasks that one batch may hold. */
export const MAX_BATCH_TASKS = 1_000;

/** Milliseconds a client may have its request wait for the broker's confirm. */
const TIMEOUT_MS = { min: 100, max: 60_000 };

const taskOptions = z.strictObject(
  {
    id: z
      .string(expected('must be a string'))
      .regex(/^[\x21-\x7e]{1,128}$/, 'must have 1 to 128 printable ASCII characters and no spaces')
      .optional()
      .meta({
        description:
          'The task’s id; a new UUIDv7 when left out. Choose one yourself to make the request repeatable: sent again ' +
          'with the same id it may be stored a second time, and a handler that looks at the id does the work once.',
        examples: ['order-4711-confirmation'],
      }),
    timeout: z
      .int(expected('must be a whole number of milliseconds'))
      .min(TIMEOUT_MS.min, `must be at least ${TIMEOUT_MS.min}`)
      .max(TIMEOUT_MS.max, `must be at most ${TIMEOUT_MS.max}`)
      .optional()
      .meta({
        description:
          'Milliseconds to wait for the broker’s confirm before the answer is a 503; the producer’s PUBLISH_TIMEOUT_MS ' +
          'when left out. It does not limit the task’s run: that is the `timeout` of its definition.',
        examples: [5_000],
      }),
    delay: milliseconds(0)
      .optional()
      .meta({
        description:
          'Milliseconds before the task may be handed out, rounded up to 100. It waits in the broker. Not together with `at`.',
        examples: [60_000],
      }),
    at: z.iso
      .datetime({ offset: true, ...expected('must be a date and time as ISO 8601 has it, with its zone') })
      .optional()
      .meta({
        description: 'When the task may be handed out, at most 310 days from now; what has passed is now.',
        examples: ['2030-01-01T08:00:00Z'],
      }),
    expiresIn: milliseconds(1)
      .optional()
      .meta({
        description:
          'Milliseconds from now in which a run must begin; then the task is put into its dead-letter queue, as `expired`.',
        examples: [3_600_000],
      }),
    priority: z
      .int(expected('must be a whole number'))
      .min(0, 'must be at least 0')
      .optional()
      .meta({ description: 'Higher ones are handed out first; the task’s own when left out.' }),
  },
  expected('must be an object'),
);

/** The envelope of one task. What the payload must be, its task definition says. */
export const taskRequest = z.strictObject(
  {
    name: z
      .string(expected('must be a string'))
      .min(1, 'must not be empty')
      .max(128, 'must have at most 128 characters')
      .meta({ description: 'The name of a task definition.' }),
    payload: z.unknown().nonoptional('is missing').meta({ description: 'The task’s data.' }),
    options: taskOptions.optional(),
  },
  expected('must be an object with name and payload'),
);

/** The envelope of a batch. Its tasks are read one by one, so that a wrong one does not keep the others out. */
export const batchRequest = z.strictObject(
  {
    tasks: z
      .array(z.unknown(), expected('must be an array'))
      .min(1, 'must have at least one task')
      .max(MAX_BATCH_TASKS, `must have at most ${MAX_BATCH_TASKS} tasks`),
  },
  expected('must be an object with tasks'),
);

/** What a cancel may say besides the task's id. */
export const cancelRequest = z.strictObject({
  by: z
    .string(expected('must be given once'))
    .min(1, 'must not be empty')
    .max(140, 'must have at most 140 characters')
    .optional()
    .meta({
      description:
        'Who cancels it, in words of their own: they stand in the order and in the task’s event, behind the address the request came from.',
    }),
});

function milliseconds(min: number): z.ZodInt {
  return z
    .int(expected('must be a whole number of milliseconds'))
    .min(min, `must be at least ${min}`)
    .max(MAX_DELAY_MS, `must be at most ${MAX_DELAY_MS} (310 days)`);
}

function expected(sentence: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => (input === undefined ? 'is missing' : sentence) };
}
