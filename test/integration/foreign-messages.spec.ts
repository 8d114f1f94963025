import {
  BatchContext,
  celery,
  cloudEvents,
  defineQueue,
  defineTask,
  nestFormat,
  sealed,
  Steering,
  TaskContext,
} from '@app/queue';
import type { MessageKey } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CloudEvent } from 'cloudevent';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const newKeys = () => [{ id: 'a', key: randomBytes(32).toString('base64') }];
/** A pair of keys: whoever has the first one signs, whoever has the other verifies and cannot sign. */
function ed25519(id: string): { readonly signing: MessageKey; readonly verifying: MessageKey } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signing: { id, key: privateKey }, verifying: { id, key: publicKey } };
}

const resize = defineTask({
  name: 'proj.resize',
  queue: defineQueue({ name: 'celery', type: 'classic', format: celery() }),
  payload: z.object({ width: z.number() }),
  attempts: 3,
});
const thumbnails = defineTask({
  name: 'proj.thumbnail',
  queue: defineQueue({ name: 'celery.many', type: 'classic', format: celery(), concurrency: 2 }),
  payload: z.object({ width: z.number() }),
  batch: { size: 2, wait: 10_000 },
});
const placed = defineTask({
  name: 'order.placed',
  queue: defineQueue({ name: 'events', format: cloudEvents({ source: '/orders', mode: 'structured' }) }),
  payload: z.object({ order: z.number() }),
});
const signed = sealed(nestFormat, { sign: { keys: newKeys() }, encrypt: { keys: newKeys() } });
const pay = defineTask({
  name: 'pay',
  queue: defineQueue({ name: 'payments', format: signed }),
  payload: z.object({
    amount: z.number(),
    card: z
      .string()
      .refine((card) => card !== '4242', { error: ({ input }) => `may not be ${String(input)}` })
      .optional(),
  }),
  attempts: 2,
});

const charge = defineTask({
  name: 'proj.charge',
  queue: defineQueue({ name: 'charges', type: 'classic', format: sealed(celery(), { sign: { keys: newKeys() } }) }),
  payload: z.object({ amount: z.number() }),
  attempts: 2,
});

interface Run {
  readonly name: string;
  readonly payload: unknown;
  readonly id: string | undefined;
  readonly attempt: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Of a CloudEvent. */
  readonly source: unknown;
  readonly at: number;
}

/** When what others have sealed was made. */
const ADDED_AT = 1_700_000_000_000;

let runs: Run[] = [];
let batches: object[] = [];
let failures = 0;

@Controller()
class Handlers {
  @EventPattern(['proj.resize', 'proj.charge', 'order.placed', 'pay'])
  handle(@Payload() payload: unknown, @Ctx() { name, id, attempt, headers }: TaskContext): void {
    const source = headers['cloudEvents:source'];
    runs.push({ name, payload, id, attempt, headers, source, at: Date.now() });
    if (failures > 0) {
      failures -= 1;
      throw new Error('not yet');
    }
  }

  @EventPattern<string>('proj.thumbnail')
  handleMany(@Payload() payloads: unknown[], @Ctx() { tasks }: BatchContext): void {
    batches.push(
      tasks.map(({ id, attempt, headers }, index) => ({ id, attempt, of: headers['lang'], payload: payloads[index] })),
    );
  }
}

let vhost: Vhost;
let worker: TestWorker;

beforeAll(async () => {
  vhost = await Vhost.open();
  worker = await TestWorker.start({
    urls: [vhost.url],
    tasks: [resize, thumbnails, charge, placed, pay],
    controllers: [Handlers],
  });
});

afterAll(async () => {
  await worker.close();
  await vhost.close();
});

beforeEach(() => {
  runs = [];
  batches = [];
  failures = 0;
  worker.events.length = 0;
});

/** A message as Celery 5.2 sends it. */
function sendCelery(kwargs: object, headers: Readonly<Record<string, unknown>> = {}, queue = 'celery'): void {
  const sequels = { callbacks: null, errbacks: null, chain: null, chord: null };
  vhost.publish(queue, JSON.stringify([[], kwargs, sequels]), {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    correlationId: 'uuid-1',
    headers: { lang: 'py', task: 'proj.resize', id: 'uuid-1', eta: null, expires: null, retries: 0, ...headers },
  });
}

const afterNow = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

describe('a queue that Celery’s clients send to', () => {
  it('brings their tasks to a handler, by name, with id and attempt', async () => {
    sendCelery({ width: 320 }, { retries: 1 });
    await worker.sees('task.completed');
    expect(runs).toMatchObject([{ name: 'proj.resize', payload: { width: 320 }, id: 'uuid-1', attempt: 2 }]);
  });

  it('brings several of them to a handler of batches, each with its own id and attempt', async () => {
    sendCelery({ width: 1 }, { task: 'proj.thumbnail', id: 'uuid-2' }, 'celery.many');
    sendCelery({ width: 2 }, { task: 'proj.thumbnail', id: 'uuid-3', retries: 1 }, 'celery.many');
    await worker.sees('task.completed', 2);
    expect(batches).toEqual([
      [
        { id: 'uuid-2', attempt: 1, of: 'py', payload: { width: 1 } },
        { id: 'uuid-3', attempt: 2, of: 'py', payload: { width: 2 } },
      ],
    ]);
  });

  it('keeps those that may not begin yet in the broker until then', async () => {
    const before = Date.now();
    sendCelery({ width: 1 }, { eta: afterNow(1_500) });
    expect(await worker.sees('task.postponed')).toMatchObject({ id: 'uuid-1', attempt: 1 });
    expect(runs).toEqual([]);
    await worker.sees('task.completed');
    expect(runs).toMatchObject([{ id: 'uuid-1', attempt: 1 }]);
    expect((runs[0]?.at ?? 0) - before).toBeGreaterThanOrEqual(1_500);
  });

  it('puts aside those whose time is over, with their id; a redrive runs them', async () => {
    sendCelery({ width: 2 }, { expires: afterNow(-1_000) });
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ id: 'uuid-1', reason: 'expired' });
    const { content, properties } = await vhost.take('celery.dlq');
    expect(properties.messageId).toBe('uuid-1');
    vhost.publish('celery', content, { ...properties, headers: { ...properties.headers, 'x-redriven': 1 } });
    await worker.sees('task.completed');
  });

  it('tries them again as its own, and counts on', async () => {
    failures = 1;
    sendCelery({ width: 3 }, { retries: 1 });
    await worker.sees('task.completed');
    expect(runs.map(({ id, attempt }) => ({ id, attempt }))).toEqual([
      { id: 'uuid-1', attempt: 2 },
      { id: 'uuid-1', attempt: 3 },
    ]);
  });

  it('forgets one that is cancelled by the id that its message states', async () => {
    const steering = worker.app.get(Steering);
    await steering.cancel(['uuid-9'], 'anna');
    await waitFor('the worker to know it', () => steering.cancels.cancelCount > 0);
    sendCelery({ width: 4 }, { id: 'uuid-9' });
    await worker.sees('task.cancelled');
    expect(runs).toEqual([]);
  });
});

describe('a queue of CloudEvents', () => {
  it('brings what was added, and events of other programs in either mode, to a handler', async () => {
    await worker.queue.add(placed, { order: 1 }, { id: 'own' });
    await worker.sees('task.completed');
    const structured = { specversion: '1.0', id: 'e-2', source: '/shop', type: 'order.placed', data: { order: 2 } };
    vhost.publish('events', JSON.stringify(structured), { contentType: 'application/cloudevents+json' });
    await worker.sees('task.completed', 2);
    vhost.publish('events', '{"order":3}', {
      messageId: 'the client’s own',
      contentType: 'application/json',
      headers: {
        'cloudEvents:specversion': '1.0',
        'cloudEvents:id': 'e-3',
        'cloudEvents:source': '/shop',
        'cloudEvents:type': 'order.placed',
      },
    });
    await worker.sees('task.completed', 3);
    expect(runs.map(({ id, payload, source }) => ({ id, payload, source }))).toEqual([
      { id: 'own', payload: { order: 1 }, source: '/orders' },
      { id: 'e-2', payload: { order: 2 }, source: '/shop' },
      { id: 'e-3', payload: { order: 3 }, source: '/shop' },
    ]);
  });

  it('reads what another implementation writes, and writes what that one reads', async () => {
    const theirs = new CloudEvent(
      'e-4',
      'order.placed',
      '/their/shop',
      { order: 4 },
      { subject: 'order/4', time: new Date('2026-11-22T05:00:00Z'), datacontenttype: 'application/json' },
      { comexampletenant: 'acme' },
    );
    const contentType = 'application/cloudevents+json; charset=utf-8';
    vhost.publish('events', CloudEvent.serializeEvent(theirs), { contentType });
    await worker.sees('task.completed');
    expect(runs).toMatchObject([{ id: 'e-4', payload: { order: 4 }, source: '/their/shop' }]);
    expect(runs[0]?.headers).toMatchObject({
      'cloudEvents:subject': 'order/4',
      'cloudEvents:time': '2026-11-22T05:00:00.000Z',
      'cloudEvents:comexampletenant': 'acme',
    });

    const unread = defineTask({ ...placed, queue: defineQueue({ ...placed.queue, name: 'events.theirs' }) });
    const producer = await TestWorker.create({ urls: [vhost.url], tasks: [unread] });
    const headers = { 'cloudEvents:subject': 'order/5', 'cloudEvents:comexampletenant': 'acme' };
    const { id } = await producer.queue.add(unread, { order: 5 }, { headers });
    await producer.close();
    const { content, properties } = await vhost.take('events.theirs');
    expect(properties.contentType).toBe('application/cloudevents+json');
    const ours = CloudEvent.deserializeEvent(content.toString(), { onlyValid: true });
    expect(CloudEvent.validateEvent(ours, { strict: true })).toEqual([]);
    expect(ours).toMatchObject({
      id,
      type: 'order.placed',
      source: '/orders',
      subject: 'order/5',
      comexampletenant: 'acme',
      specversion: '1.0',
      data: { order: 5 },
    });
  });
});

describe('a queue that takes sealed messages only', () => {
  /** What was sealed, as whoever has the keys and no Warren sends it. */
  function send(written: ReturnType<typeof signed.write>, id: string): void {
    if (Buffer.isBuffer(written)) throw new Error('it is not sealed');
    const { content, contentEncoding, headers } = written;
    const timestamp = ADDED_AT / 1_000;
    const properties = { messageId: id, type: 'pay', contentType: signed.contentType, timestamp };
    vhost.publish('payments', content, { ...properties, contentEncoding, headers: { ...headers } });
  }

  it('runs what was sealed for it, also after a retry', async () => {
    failures = 1;
    await worker.queue.add(pay, { amount: 7 });
    await worker.sees('task.completed');
    expect(runs).toMatchObject([
      { name: 'pay', payload: { amount: 7 }, attempt: 1 },
      { name: 'pay', payload: { amount: 7 }, attempt: 2 },
    ]);
  });

  it('runs a sealed call of Celery’s, also after a retry, and refuses one with another task in its header', async () => {
    failures = 1;
    await worker.queue.add(charge, { amount: 7 });
    await worker.sees('task.completed');
    expect(runs.map(({ name, attempt }) => ({ name, attempt }))).toEqual([
      { name: 'proj.charge', attempt: 1 },
      { name: 'proj.charge', attempt: 2 },
    ]);
    const { name, queue } = charge;
    const written = queue.format.write({ name, payload: { amount: 7 }, id: 'x', queue: queue.name, addedAt: ADDED_AT });
    if (Buffer.isBuffer(written)) throw new Error('it is not sealed');
    const { content, headers, ...properties } = written;
    vhost.publish(queue.name, content, {
      ...properties,
      messageId: 'x',
      type: name,
      contentType: queue.format.contentType,
      timestamp: ADDED_AT / 1_000,
      headers: { ...headers, task: 'proj.resize' },
    });
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ id: 'x', reason: 'refused' });
  });

  it('puts aside what is not, as refused, with its bytes untouched', async () => {
    vhost.publish('payments', '{"pattern":"pay","data":{"amount":1000000}}', { messageId: 'forged', type: 'pay' });
    const { reason, error } = await worker.sees('task.dead-lettered');
    expect({ reason, error }).toEqual({
      reason: 'refused',
      error: 'MessageRefusedError: The message is refused: it is not signed.',
    });
    const dead = await vhost.take('payments.dlq');
    expect(dead.content.toString()).toBe('{"pattern":"pay","data":{"amount":1000000}}');
    expect(runs).toEqual([]);
  });

  it('says of an encrypted payload where it is wrong, and nothing that is in it', async () => {
    const written = signed.write({
      name: 'pay',
      payload: { amount: 1, card: '4242' },
      id: 'wrong',
      queue: 'payments',
      addedAt: ADDED_AT,
    });
    send(written, 'wrong');
    const { reason, error } = await worker.sees('task.dead-lettered');
    expect({ reason, error }).toEqual({
      reason: 'invalid-payload',
      error: 'InvalidPayloadError: The encrypted payload of "pay" is not valid: card.',
    });
    const dead = await vhost.take('payments.dlq');
    expect(JSON.stringify(dead.properties)).not.toContain('4242');
    expect(dead.content.includes('4242')).toBe(false);
  });

  it('puts aside what was sealed for another queue', async () => {
    const task = { name: 'pay', payload: { amount: 1 }, id: 'moved', queue: 'refunds', addedAt: ADDED_AT };
    send(signed.write(task), task.id);
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ id: 'moved', reason: 'refused' });
    expect((await vhost.take('payments.dlq')).properties.messageId).toBe('moved');
    expect(runs).toEqual([]);
  });

  it('takes what an old and a new Ed25519 key have signed, and when the old one is taken away only the new one’s', async () => {
    const [old, next] = [ed25519('2026-05'), ed25519('2026-11')];
    const payAs = (...keys: MessageKey[]) =>
      defineTask({
        name: 'pay',
        queue: defineQueue({ name: 'rotated', format: sealed(nestFormat, { sign: { keys } }) }),
        payload: z.object({ amount: z.number() }),
      });
    const add = async (key: MessageKey, amount: number): Promise<string> => {
      const task = payAs(key);
      const producer = await TestWorker.create({ urls: [vhost.url], tasks: [task] });
      const { id } = await producer.queue.add(task, { amount });
      await producer.close();
      return id;
    };
    const start = (...keys: MessageKey[]): Promise<TestWorker> =>
      TestWorker.start({ urls: [vhost.url], tasks: [payAs(...keys)], controllers: [Handlers] });

    const both = await start(old.verifying, next.verifying);
    await add(old.signing, 1);
    await add(next.signing, 2);
    await both.sees('task.completed', 2);
    await both.close();
    const late = await add(old.signing, 3);
    await add(next.signing, 4);
    const rotated = await start(next.verifying);
    await rotated.sees('task.completed');
    expect(await rotated.sees('task.dead-lettered')).toMatchObject({ id: late, reason: 'refused' });
    await rotated.close();
    expect(runs.map(({ payload }) => payload)).toEqual([{ amount: 1 }, { amount: 2 }, { amount: 4 }]);
    const dead = await vhost.take('rotated.dlq');
    expect(dead.properties).toMatchObject({ messageId: late, headers: { 'x-signature-key': '2026-05' } });
  });

  it('is not consumed by a worker whose keys cannot be used, which says so at its start', async () => {
    const format = sealed(nestFormat, { sign: { keys: [{ id: 'a', key: 'c2hvcnQ=' }] } });
    const queue = defineQueue({ name: 'unusable', format });
    const task = defineTask({ name: 'pay', queue, payload: z.unknown() });
    const other = await TestWorker.create({ urls: [vhost.url], tasks: [task], controllers: [Handlers] });
    await expect(other.listen()).rejects.toThrow('The signing key "a" cannot be used: it has 5 bytes');
    await other.close();
  });
});
