import { setting } from '@app/queue/operating';
import { z } from 'zod';

/** Every setting of the command line besides those of `@app/queue`: type, default, variable and consequence in one place. */
export const cliSettings = {
  managementUrl: setting({
    env: ['MANAGEMENT_URL'],
    schema: z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' }).optional(),
    doc: 'RabbitMQ’s management API, for the checks of `warren doctor` that AMQP has no question for: `http://user:password@host:15672`. A URL without a user takes that of `AMQP_URL`. Not set: those checks are skipped, and say so.',
    secret: true,
  }),
};
