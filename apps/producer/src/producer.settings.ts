import { setting, wholeNumber } from '@app/queue';
import { z } from 'zod';

/** Every setting of the producer besides those of `@app/queue`: type, default, variable and consequence in one place. */
export const producerSettings = {
  host: setting({
    env: ['PRODUCER_HOST'],
    schema: z.string().regex(/^\S+$/, 'must be a host name or an address').default('127.0.0.1'),
    doc: 'The address the API listens on. The default is reachable from this machine only: the API asks nobody who they are, so put something in front of it that does before you open it with `0.0.0.0`.',
  }),
  port: setting({
    env: ['PRODUCER_PORT'],
    schema: wholeNumber(0, 65_535).default(3_000),
    doc: 'The port the API listens on. 0: any free port.',
  }),
  docs: setting({
    env: ['PRODUCER_DOCS'],
    schema: z
      .enum(['on', 'off'], { error: 'must be on or off' })
      .default('on')
      .transform((text) => text === 'on'),
    doc: 'Whether the API describes itself at `/docs` and `/docs-json`, and the messages at `/asyncapi`. `off` starts sooner and takes less memory.',
  }),
  logFormat: setting({
    env: ['LOG_FORMAT'],
    schema: z.enum(['pretty', 'json'], { error: 'must be pretty or json' }).default('pretty'),
    doc: 'How log lines are written: `pretty` for people, `json` (one object a line) for machines.',
  }),
};
