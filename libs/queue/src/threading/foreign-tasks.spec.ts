import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DeliveryChannel } from '../connection/delivery-channel';
import { Delivery } from '../consuming/delivery';
import { TaskContext } from '../consuming/task-context';
import type { RunVoice } from '../consuming/task-context';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import { QueueEvents } from '../events';
import { celery } from '../message/celery';
import { cloudEvents } from '../message/cloud-events';
import type { MessageFormat } from '../message/formats';
import type { IncomingMessage } from '../message/message';
import { sealed } from '../message/sealed';
import { writeTask } from '../message/task-message';
import { runPolicy } from '../run-policy';
import type { ThreadTask } from './crossing';
import { InThread } from './in-thread';
import type { ThreadApp } from './in-thread';
import { ThreadPool } from './thread-pool';

interface Handled {
  readonly payload: unknown;
  readonly context: TaskContext;
}

type Message = Pick<IncomingMessage, 'content' | 'properties'>;

const task = defineTask({ name: 'resize', runIn: 'thread', payload: z.unknown(), attempts: 2 });
const fields = { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'q' };

/** What a handler gets of a message in the worker itself. */
function inWorker(format: MessageFormat, message: Message): Handled {
  const delivery = new Delivery({ ...message, fields }, {} as DeliveryChannel, 'q', new QueueEvents());
  const read = format.read(delivery.message, 'q');
  delivery.stated = read?.stated;
  const context = new TaskContext(delivery, 'resize', runPolicy('it', { attempts: 2 }), {} as RunVoice);
  return { payload: read?.payload, context };
}

/** And what it gets in a thread, with nothing but what crosses. */
async function inThread({ payload, context }: Handled): Promise<Handled> {
  const handled: Handled[] = [];
  const app: ThreadApp = {
    handle: (_name, crossed, made) => Promise.resolve(handled.push({ payload: crossed, context: made })),
    handles: [],
    close: () => Promise.resolve(),
  };
  const thread = new InThread(() => Promise.resolve(app));
  const run = ({ port, ...rest }: ThreadTask) => thread.run({ ...structuredClone(rest), port });
  const pool = new ThreadPool(Object.assign(run, { file: 'a' }), new QueueEvents(), 0);
  const [[, handler] = []] = pool.handlers([task]);
  await handler?.(payload, context);
  const [one] = handled;
  if (one === undefined) throw new Error('the handler was not called');
  return one;
}

const told = ({ context: { id, attempt, isLastAttempt, headers } }: Handled): object => ({
  id,
  attempt,
  isLastAttempt,
  headers,
});

const key = () => ({ id: 'a', key: randomBytes(32).toString('base64') });
const sealedCelery = sealed(celery(), { sign: { keys: [key()] }, encrypt: { keys: [key()] } });
const callOf = (kwargs: object): Buffer => Buffer.from(JSON.stringify([[], kwargs, {}]));
const event = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'resize' };
const inHeaders = Object.fromEntries(Object.entries(event).map(([name, value]) => [`cloudEvents:${name}`, value]));

interface Expected {
  readonly id: string;
  readonly attempt: number;
  readonly payload: unknown;
  /** Besides the message's own. */
  readonly headers?: object;
}

const foreign: [what: string, MessageFormat, Message, Expected][] = [
  [
    'a task of Celery, which has its id and its run in headers',
    celery(),
    {
      content: callOf({ width: 320 }),
      properties: { contentType: 'application/json', headers: { task: 'resize', id: 'uuid-1', retries: 1 } },
    },
    { id: 'uuid-1', attempt: 2, payload: { width: 320 } },
  ],
  [
    'a task of Celery that Warren tries again',
    celery(),
    {
      content: callOf({}),
      properties: {
        messageId: 'uuid-1',
        contentType: 'application/json',
        headers: { task: 'resize', id: 'uuid-1', retries: 1, 'x-attempt': 3 },
      },
    },
    { id: 'uuid-1', attempt: 3, payload: {} },
  ],
  [
    'a structured CloudEvent, which has its attributes in the body',
    cloudEvents({ source: '/' }),
    {
      content: Buffer.from(JSON.stringify({ ...event, data: { width: 320 } })),
      properties: { contentType: 'application/cloudevents+json', headers: {} },
    },
    { id: 'e-1', attempt: 1, payload: { width: 320 }, headers: inHeaders },
  ],
  [
    'a binary CloudEvent, whose data are bytes',
    cloudEvents({ source: '/' }),
    {
      content: Buffer.from([0, 255, 1]),
      properties: { contentType: 'image/png', headers: { ...inHeaders, thumb: Buffer.from([7]) } },
    },
    { id: 'e-1', attempt: 1, payload: Buffer.from([0, 255, 1]) },
  ],
  [
    'a sealed message',
    sealedCelery,
    writeTask(
      { name: 'resize', queue: defineQueue({ name: 'q', format: sealedCelery }) },
      { width: 320 },
      {
        id: 'own',
        now: 1_700_000_000_000,
      },
    ),
    { id: 'own', attempt: 1, payload: { width: 320 } },
  ],
];

describe('a handler in a thread gets what it would get in the worker itself', () => {
  it.each(foreign)('of %s', async (_what, format, message, { id, attempt, payload, headers: more }) => {
    const there = inWorker(format, message);
    const headers = { ...message.properties.headers, ...more };
    expect(told(there)).toEqual({ id, attempt, isLastAttempt: attempt >= 2, headers });
    expect(there.payload).toEqual(payload);
    const crossed = await inThread(there);
    expect(told(crossed)).toEqual(told(there));
    expect(crossed.payload).toEqual(there.payload);
    expect(Buffer.isBuffer(crossed.payload)).toBe(Buffer.isBuffer(there.payload));
    expect(crossed.context.getMessage().content).toEqual(message.content);
  });
});
