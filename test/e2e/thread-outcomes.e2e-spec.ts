import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadedTasks as tasks } from '../chaos/src/threaded-tasks';
import { closingAfterEach } from '../support/closing';
import { ThreadedWorker } from '../support/threaded-worker';
import type { Counts } from '../support/vhost';

const closing = closingAfterEach();

let worker: ThreadedWorker;

beforeAll(async () => {
  worker = await ThreadedWorker.start({ NODE_OPTIONS: '--max-old-space-size=128' });
});
afterAll(() => worker.close());

beforeEach(() => worker.forget());

describe('a run in a thread that is cancelled', () => {
  it('is told by its signal there; one that completes all the same has completed, and has told how far it was', async () => {
    await worker.add(tasks.obeyStop, '', { id: 'obedient' });
    await worker.sees('waits');
    expect(await worker.sees('task.progress', 2)).toMatchObject({ id: 'obedient', fraction: 0.5, note: 'waits' });
    await worker.cancel('obedient');
    expect(await worker.sees('aborted')).toMatchObject({ name: 'TaskCancelledError', isOwn: true });
    await worker.sees('task.completed');
    expect(worker.seen('task.progress')).toMatchObject([{ fraction: 0.1, note: 'begins' }, { fraction: 0.5 }]);
  });

  it('is ended with its thread when it does not look', async () => {
    await worker.add(tasks.spin, 60_000, { id: 'blind' });
    await worker.sees('spins');
    await worker.cancel('blind');
    expect(await worker.sees('task.cancelled')).toMatchObject({ id: 'blind', by: 'anna', hasRun: true });
    await worker.vhost.settles('threaded', { ready: 0, unacked: 0, dead: 0 });
  });
});

it('a result in a thread is kept as that of any other handler', async () => {
  await worker.add(tasks.spin, 1, { id: 'answers' });
  const result = await worker.result('answers');
  await worker.sees('spins');
  expect(result).toEqual({ threadId: worker.seen('spins')[0]?.['threadId'] });
});

describe('the context of a run in a thread', () => {
  it('is the one it would have in the worker', async () => {
    const input = { when: '2026-02-03T04:05:06.000Z', text: 'ä' };
    await worker.add(tasks.look, input, { id: 'the-id', headers: { tenant: 'acme', n: 7 } });
    await worker.sees('looked', 2);
    const seen = {
      id: 'the-id',
      name: 'look',
      queue: 'threaded',
      attempts: 3,
      isLastAttempt: false,
      isRedelivered: false,
      isContext: true,
      isAborted: false,
      pattern: 'look',
      when: Date.parse(input.when),
      text: 'ä',
    };
    const [first, second] = worker.seen('looked');
    expect(first).toMatchObject({ ...seen, attempt: 1, headers: { tenant: 'acme', n: 7 } });
    expect(first).toMatchObject({
      message: {
        content: JSON.stringify({ pattern: 'look', data: input }),
        isBuffer: true,
        fields: { routingKey: 'threaded', redelivered: false, deliveryTag: expect.any(Number) },
        properties: { messageId: 'the-id', type: 'look', contentType: 'application/json' },
      },
    });
    expect(second).toMatchObject({ ...seen, attempt: 2, headers: { tenant: 'acme', n: 7, 'x-attempt': 2 } });
  });

  it.each<[string, object, Counts]>([
    ['ack', { event: 'settle.ignored', verb: 'ack' }, { ready: 0, unacked: 0, dead: 0 }],
    ['refuse', { event: 'task.dead-lettered', reason: 'rejected' }, { ready: 0, unacked: 0, dead: 1 }],
    ['requeue', { event: 'task.requeued', why: 'its handler asked for it' }, { ready: 0, unacked: 0, dead: 0 }],
    [
      'another',
      { event: 'settle.ignored', why: 'the message is another delivery’s' },
      { ready: 0, unacked: 0, dead: 0 },
    ],
    [
      'publish',
      { event: 'task.dead-lettered', error: expect.stringContaining('channel.sendToQueue() cannot be called') },
      { ready: 0, unacked: 0, dead: 1 },
    ],
  ])('settles its delivery by hand as anywhere: %s', async (how, event, counts) => {
    await worker.add(tasks.settle, how);
    const { event: name } = event as { event: string };
    expect(await worker.sees(name)).toMatchObject(event);
    if (how !== 'refuse' && how !== 'publish') await worker.sees('task.completed');
    await worker.vhost.settles('threaded', counts);
  });
});

describe('a task in a thread that was added by another version of its definition', () => {
  /** As whoever has that version sends it. */
  const send = (data: unknown, headers: object = {}): void =>
    worker.vhost.publish('threaded', JSON.stringify({ pattern: 'versioned', data }), { headers });

  it('is lifted before it crosses, in every attempt', async () => {
    send('Ada');
    await worker.sees('task.completed');
    const lifted = { payload: { to: 'Ada', copies: 1 }, isInThread: true };
    expect(worker.seen('versioned')).toMatchObject([
      { ...lifted, attempt: 1 },
      { ...lifted, attempt: 2 },
    ]);
  });

  it('is put aside when that is a newer one, and reaches no thread', async () => {
    send({ to: 'Ada', copies: 1, colour: 'red' }, { 'x-task-version': 3 });
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ reason: 'newer-version', name: 'versioned' });
    expect(worker.seen('versioned')).toEqual([]);
  });
});

describe('an error in a thread', () => {
  it.each<[string, object]>([
    ['unrecoverable', { reason: 'unrecoverable', error: 'UnrecoverableError: never again' }],
    ['own class', { reason: 'unrecoverable', error: 'NoSuchPictureError: no picture' }],
    ['built in', { reason: 'unrecoverable', error: 'RangeError: out of range' }],
  ])('decides as it would in the worker: %s is not tried again', async (how, outcome) => {
    await worker.add(tasks.fail, how);
    expect(await worker.sees('task.dead-lettered')).toMatchObject({ ...outcome, attempt: 1 });
    const { headers } = (await worker.vhost.take('threaded.dlq')).properties;
    expect(headers?.['x-error-stack']).toContain('threaded-work.module');
  });

  it.each<[string, object]>([
    ['later', { delay: 300, error: 'RetryLater: later' }],
    ['ordinary', { delay: 100, error: 'Error: no' }],
    ['aborted', { delay: 100, error: 'AbortError: This operation was aborted' }],
    ['no error', { delay: 100, error: 'Error: a word' }],
  ])('decides as it would in the worker: %s is tried again', async (how, retry) => {
    await worker.add(tasks.fail, how);
    expect(await worker.sees('task.retrying')).toMatchObject({ nextAttempt: 2, ...retry });
    await worker.sees('task.completed');
  });

  it.each([
    ['exit', /^ThreadFailedError: .*exited with code: 3/],
    ['memory', /^ThreadFailedError: .*memory/],
    ['uncaught', /^ThreadFailedError: .*nobody caught it/],
  ])('that ends its thread (%s) is a failed run, and the worker goes on', async (how, error) => {
    await worker.add(tasks.fail, how);
    expect(await worker.sees('task.retrying')).toMatchObject({ error: expect.stringMatching(error) });
    expect(await worker.sees('task.completed')).toMatchObject({ name: 'fail', attempt: 2, redelivered: false });
    expect(worker.seen('connection.lost')).toEqual([]);
  });
});

it('an error in a thread that runs no task is told, and the next task has a new thread', async () => {
  await worker.add(tasks.fail, 'not now');
  await worker.sees('task.completed');
  expect(await worker.sees('thread.failed')).toMatchObject({ why: 'long after its task' });
  await worker.add(tasks.spin, 1);
  await worker.sees('task.completed', 2);
});

it('a module that cannot boot costs no task an attempt: what waited for it runs when it boots', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'warren-boot-'));
  closing({ close: () => rm(folder, { recursive: true }) });
  const needed = join(folder, 'needed');
  const unready = closing(await ThreadedWorker.start({ BOOT_NEEDS_FILE: needed }));
  await unready.add(tasks.spin, 1);
  expect(await unready.sees('task.retrying')).toMatchObject({
    nextAttempt: 1,
    delay: 10_000,
    error: expect.stringContaining('needed is not there'),
  });
  expect(unready.seen('thread.failed')).toMatchObject([{ why: expect.stringContaining('needed is not there') }]);
  await writeFile(needed, '');
  await unready.sees('task.completed');
  expect(unready.seen('task.completed')).toMatchObject([{ name: 'spin', attempt: 1 }]);
  expect(unready.seen('task.dead-lettered')).toEqual([]);
});

describe('a task that cannot run in a thread', () => {
  it.each([
    [
      'its payload cannot cross',
      tasks.uncloneable,
      /^UnrecoverableError: The payload of "uncloneable" cannot cross into/,
    ],
    ['nobody handles it there', tasks.nobodys, /^UnrecoverableError: "nobodys" .* has no handler for it/],
  ])('is put aside: %s', async (_why, task, error) => {
    await worker.add(task, 'x');
    expect(await worker.sees('task.dead-lettered')).toMatchObject({
      reason: 'unrecoverable',
      error: expect.stringMatching(error),
    });
    await worker.add(tasks.spin, 1);
    await worker.sees('task.completed');
  });
});
