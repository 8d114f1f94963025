import { decorrelatedJitter, defineTask } from '@app/queue/definitions';
import { z } from 'zod';

const to = z
  .email()
  .max(254)
  .meta({
    description:
      'One recipient. Several recipients are several tasks, so that one bad address does not repeat the others’ mail.',
    examples: ['ada@example.com'],
  });

const subject = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be one line without control characters')
  .meta({ examples: ['Your report is ready'] });

/** Sends one e-mail to one recipient. A mail server that is away is tried for about half an hour. */
export const notificationEmail = defineTask({
  name: 'notification.email',
  queue: 'notifications',
  attempts: 8,
  backoff: decorrelatedJitter({ initial: 2_000, max: 10 * 60_000 }),
  timeout: 60_000,
  description: 'Sends one e-mail. The task’s id becomes its Message-ID, so a mail sent twice can be told.',
  payload: z.strictObject({
    to,
    subject,
    text: z
      .string()
      .min(1)
      .max(100_000)
      .meta({ description: 'The plain text.', examples: ['Hello Ada, it is done.'] }),
    html: z
      .string()
      .min(1)
      .max(500_000)
      .optional()
      .meta({ description: 'The same as HTML, for readers that show it.' }),
  }),
});
