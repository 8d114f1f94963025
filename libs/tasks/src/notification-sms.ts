import { decorrelatedJitter, defineTask } from '@app/queue/definitions';
import { z } from 'zod';

/**
 * Sends one text message to one phone. A gateway that is away is tried for about half an hour, apart from the others that
 * failed with it; a day later nobody wants the message any more.
 */
export const notificationSms = defineTask({
  name: 'notification.sms',
  queue: 'notifications',
  attempts: 8,
  backoff: decorrelatedJitter({ initial: 2_000, max: 10 * 60_000 }),
  timeout: 60_000,
  expiresAfter: 24 * 3_600_000,
  description: 'Sends one text message. The task’s id is the gateway’s idempotency key, so it is charged once.',
  payload: z.strictObject({
    to: z.e164().meta({
      description: 'The phone number as E.164: a plus, the country, the number.',
      examples: ['+4915112345678'],
    }),
    text: z
      .string()
      .min(1)
      .max(1_600)
      .meta({
        description: 'The text; a gateway splits more than 160 characters into parts.',
        examples: ['Your code is 4711'],
      }),
  }),
});
