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
          'Milliseconds to wait for the broker’s confirm before the answer is a 503; the producer’s PUBLISH_TIMEOUT_MS when left out.',
        examples: [5_000],
      }),
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

function expected(sentence: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => (input === undefined ? 'is missing' : sentence) };
}
