import {
  celery,
  cloudEvents,
  defineEvent,
  defineQueue,
  defineTask,
  nestFormat,
  plainText,
  sealed,
  TaskRegistry,
} from '@app/queue';
import type { MessageFormat } from '@app/queue';
import { asyncApiDocument } from '@app/queue/contracts';
import { allTasks } from '@app/tasks';
import { Parser } from '@asyncapi/parser';
import * as v from 'valibot';
import { z } from 'zod';

const tree: z.ZodType = z.strictObject({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});
const payload = z.strictObject({
  order: z.int().min(1),
  card: z.string().meta({ secret: true }),
  at: z.tuple([z.number(), z.number()]).optional(),
  tree: tree.optional(),
});

const keys = [{ id: 'a', key: Buffer.alloc(32).toString('base64') }];
const formats: Readonly<Record<string, MessageFormat>> = {
  nest: nestFormat,
  text: plainText('text'),
  celery: celery(),
  binary: cloudEvents({ source: '/shop' }),
  structured: cloudEvents({ source: '/shop', mode: 'structured' }),
  signed: sealed(nestFormat, { sign: { keys } }),
  encrypted: sealed(nestFormat, { encrypt: { keys } }),
  own: { contentType: 'application/x-own', write: () => Buffer.alloc(0), read: () => undefined },
};
const tasks = Object.entries(formats).map(([name, format]) =>
  defineTask({ name, queue: defineQueue({ name: `${name} queue/1`, format }), payload }),
);
const versioned = defineTask({ name: 'order: placed', version: 3, description: 'Does it.', payload: v.object({}) });
const placed = defineEvent({ name: 'order.placed', exchange: 'orders', payload, description: 'It was placed.' });

/** As the parser counts: what is less is advice. */
const ERRORS: readonly number[] = [0];

/** Follows a reference inside of the document. */
function at(document: object, reference: string): unknown {
  const keysOf = reference.slice(2).split('/');
  return keysOf.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
}

/** What is looked at of a schema that a sample is made of. */
interface Sampled {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Sampled>>;
  readonly required?: readonly string[];
  readonly items?: readonly Sampled[];
  readonly minimum?: number;
}

/** The least of what a schema of the document takes. */
function sampleOf(document: object, schema: Sampled): unknown {
  const { $ref, const: only, type, properties = {}, required = [], items = [], minimum = 0 } = schema;
  if ($ref !== undefined) return sampleOf(document, at(document, $ref) as Sampled);
  if (only !== undefined) return only;
  if (type === 'array') return items.map((item) => sampleOf(document, item));
  if (type === 'string') return 'x';
  if (type === 'integer') return minimum;
  return Object.fromEntries(required.map((key) => [key, sampleOf(document, properties[key] ?? {})]));
}

describe('the AsyncAPI document', () => {
  const registry = new TaskRegistry([...tasks, versioned], [], [placed]);
  const document = asyncApiDocument(registry);

  it.each([
    ['of definitions of every kind', document],
    ['of this system’s own', asyncApiDocument({ tasks: allTasks })],
  ])('%s is valid, by AsyncAPI’s own parser', async (_whose, given) => {
    const { document: read, diagnostics } = await new Parser().parse(JSON.stringify(given));
    expect(diagnostics.filter(({ severity }) => ERRORS.includes(severity))).toEqual([]);
    expect(read?.version()).toBe('3.0.0');
  });

  it('has a channel a queue and an event, and an operation for each of them', () => {
    expect(document).toMatchObject({
      channels: {
        'queue.nest_20_queue_2f_1': {
          address: 'nest queue/1',
          bindings: { amqp: { is: 'queue', queue: { name: 'nest queue/1', durable: true } } },
        },
        'event.order.placed': {
          address: 'order.placed',
          bindings: { amqp: { is: 'routingKey', exchange: { name: 'orders', type: 'topic' } } },
        },
      },
      operations: {
        'handle.nest': { action: 'receive', channel: { $ref: '#/channels/queue.nest_20_queue_2f_1' } },
        'publish.order.placed': { action: 'send', summary: 'It was placed.' },
      },
    });
  });

  it('says of each message its body, and the version where there is more than one', () => {
    const messages = at(document, '#/components/messages');
    const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(messages).toMatchObject({
      nest: {
        contentType: 'application/json',
        payload: { properties: { pattern: { const: 'nest' }, data: reference('nest') } },
      },
      text: { contentType: 'text/plain', payload: reference('text') },
      celery: { payload: { type: 'array' } },
      binary: { payload: reference('binary') },
      structured: { payload: { properties: { type: { const: 'structured' }, data: reference('structured') } } },
      signed: { payload: { properties: { data: reference('signed') } } },
      encrypted: { payload: { format: 'binary' } },
      own: {
        contentType: 'application/x-own',
        payload: { description: expect.stringContaining('#/components/schemas/own') },
      },
      order_3a__20_placed: {
        name: 'order: placed',
        headers: { properties: { 'x-task-version': { const: 3 } } },
      },
      'order.placed': { name: 'order.placed' },
    });
    expect(messages).not.toHaveProperty(['nest', 'headers']);
    expect(messages).toMatchObject({
      signed: { headers: { required: ['x-signature', 'x-signature-key'] } },
      encrypted: { headers: { required: ['x-encryption-key'] } },
    });
  });

  it.each([
    ['nest', { order: 1, card: 'x' }],
    ['celery', {}],
    ['binary', { order: 1, card: 'x' }],
    ['structured', { order: 1, card: 'x' }],
  ])('is all that whoever sends without Warren needs to know: %s', (name, payloadRead) => {
    const {
      contentType,
      headers,
      payload: body,
    } = at(document, `#/components/messages/${name}`) as {
      readonly contentType: string;
      readonly headers?: Sampled;
      readonly payload: Sampled;
    };
    const content = Buffer.from(JSON.stringify(sampleOf(document, body)));
    const sent = headers === undefined ? {} : { headers: sampleOf(document, headers) as Record<string, unknown> };
    const read = formats[name]?.read({ content, properties: { contentType, ...sent } });
    expect(read).toMatchObject({ name, payload: payloadRead });
  });

  it('keeps what is marked as secret, and says where nobody knows what a payload is', () => {
    expect(at(document, '#/components/schemas/nest')).toMatchObject({
      properties: { order: { minimum: 1 }, card: { type: 'string', secret: true } },
      required: ['order', 'card'],
    });
    expect(at(document, '#/components/schemas/order_3a__20_placed')).toEqual({
      description: 'The definition checks it.',
    });
  });
});
