import { defineTask } from '@app/queue';
import { z } from 'zod';

/** Sends one text message to one phone. */
export const notificationSms = defineTask({
  name: 'notification.sms',
  queue: 'notifications',
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
