import { setting, wholeNumber } from '@app/queue';
import { z } from 'zod';

/** Every setting of the worker besides those of `@app/queue`: type, default, variable and unit in one place. */
export const workerSettings = {
  host: setting({
    env: ['WORKER_HOST'],
    schema: z.string().default('127.0.0.1'),
    doc: 'The address on which the worker answers `/health/live`, `/health/ready` and `/metrics`. In a container: `0.0.0.0`.',
  }),
  port: setting({
    env: ['WORKER_PORT'],
    schema: wholeNumber(0, 65_535).default(3_001),
    doc: 'The port of the worker’s health checks and metrics. 0: any free port. Workers on one machine need one each.',
  }),
  processes: setting({
    env: ['WORKER_PROCESSES'],
    schema: wholeNumber(1, 256).default(1),
    doc: 'Worker processes. From 2 on a supervisor starts so many copies of the worker, starts those again that die, and answers the health checks and `/metrics` for all of them; each has `WORKER_CONCURRENCY` and three connections of its own. For tasks that compute: one a core.',
  }),
  logFormat: setting({
    env: ['LOG_FORMAT'],
    schema: z.enum(['pretty', 'json'], { error: 'must be pretty or json' }).default('pretty'),
    doc: 'How log lines are written: `pretty` for people, `json` (one object a line) for machines.',
  }),
  imageSourceFolder: setting({
    env: ['IMAGE_SOURCE_DIR'],
    schema: folder('apps/worker/samples'),
    doc: 'The folder that holds the source images of `image.resize`; nothing outside is read. Default: the sample images.',
  }),
  imageOutputFolder: setting({
    env: ['IMAGE_OUTPUT_DIR'],
    schema: folder('var/images'),
    doc: 'The folder into which `image.resize` writes; made when it is missing.',
  }),
  smtpUrl: setting({
    env: ['SMTP_URL'],
    schema: urlOf('smtp:', 'smtps:').optional(),
    doc: 'The SMTP server that sends the mails: `smtp://user:password@host:port`, or `smtps://`. Not set: mails are written into MAIL_DIR.',
    secret: true,
  }),
  mailFrom: setting({
    env: ['MAIL_FROM'],
    schema: z
      .string()
      .regex(/^(?:[^\p{Cc}<>",;:]+ <[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/u, {
        error: 'must be an address such as warren@example.com or Warren <warren@example.com>',
      })
      .default('Warren <warren@localhost>'),
    doc: 'The sender of every mail; its domain also ends the Message-IDs.',
  }),
  mailFolder: setting({
    env: ['MAIL_DIR'],
    schema: folder('var/mail'),
    doc: 'The folder into which mails are written as `.eml` files while SMTP_URL is not set; made when it is missing.',
  }),
  smsGatewayUrl: setting({
    env: ['SMS_GATEWAY_URL'],
    schema: urlOf('http:', 'https:')
      .refine(
        (url) => !new URL(url).username && !new URL(url).password,
        'must hold no user or password; use SMS_GATEWAY_TOKEN',
      )
      .optional(),
    doc: 'The HTTP gateway to which text messages are posted. Not set: they are written into SMS_DIR.',
    secret: true,
  }),
  smsGatewayToken: setting({
    env: ['SMS_GATEWAY_TOKEN'],
    schema: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
      .optional(),
    doc: 'Sent to the SMS gateway as `Authorization: Bearer`. Not set: no such header.',
    secret: true,
  }),
  smsTimeout: setting({
    env: ['SMS_TIMEOUT_MS'],
    schema: wholeNumber(1, 600_000).default(10_000),
    doc: 'Milliseconds until the SMS gateway must have answered.',
  }),
  smsFolder: setting({
    env: ['SMS_DIR'],
    schema: folder('var/sms'),
    doc: 'The folder into which text messages are written as `.json` files while SMS_GATEWAY_URL is not set; made when it is missing.',
  }),
};

/** A folder; a relative one is looked for from where the process was started. */
function folder(byDefault: string): z.ZodDefault<z.ZodString> {
  return z.string().default(byDefault);
}

function urlOf(...protocols: readonly string[]): z.ZodString {
  const expected = `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')} and names a host`;
  return z.string().refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && protocols.includes(url.protocol) && url.hostname !== '';
  }, expected);
}
