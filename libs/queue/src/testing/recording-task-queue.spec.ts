import { z } from 'zod';
import { defineEvent } from '../define-event';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import {
  DefinitionError,
  HistoryUnavailableError,
  InvalidAddOptionsError,
  InvalidPayloadError,
  NotConnectedError,
} from '../errors';
import { nestFormat, plainText } from '../message/formats';
import { sealed } from '../message/sealed';
import { RecordingTaskQueue, TaskExpectationError } from './recording-task-queue';

const resize = defineTask({
  name: 'image.resize',
  queue: defineQueue({ name: 'images', type: 'classic', maxPriority: 5 }),
  payload: z.object({ source: z.string(), size: z.object({ width: z.int(), height: z.int() }) }),
});
const mail = defineTask({ name: 'mail', payload: z.object({ to: z.string() }) });
const said = defineTask({
  name: 'said',
  queue: defineQueue({ name: 'words', format: plainText('said') }),
  payload: z.string(),
});

const payload = { source: 'a.png', size: { width: 3, height: 2 } };

let queue: RecordingTaskQueue;

beforeEach(() => {
  queue = new RecordingTaskQueue();
});

/** What an assertion says when it fails. */
function complaint(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    if (error instanceof TaskExpectationError) return error.message.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>');
    throw error;
  }
  return 'no complaint';
}

describe('a program that adds', () => {
  const format = sealed(nestFormat, { sign: { keys: [{ id: 'a', key: 'c2hvcnQ=' }] } });

  it('can look at its start whether it has the keys for what it adds, and is told what a worker is told', () => {
    const pay = defineTask({ name: 'pay', queue: defineQueue({ name: 'payments', format }), payload: z.string() });
    const paid = defineEvent({ name: 'paid', exchange: 'payments', format, payload: z.string() });
    expect(() => queue.assertWritable([resize, mail])).not.toThrow();
    for (const definition of [pay, paid]) {
      expect(() => queue.assertWritable([resize, definition])).toThrow(DefinitionError);
      expect(() => queue.assertWritable([resize, definition])).toThrow(
        'The signing key "a" cannot be used: it has 5 bytes',
      );
    }
  });
});

describe('a TaskQueue that records', () => {
  it('answers as the real one, and tells what was added', async () => {
    const added = await queue.add(resize, payload, { id: 'a', delay: 5_000, priority: 3, headers: { tenant: 't' } });
    expect(added).toEqual({ id: 'a', queue: 'images' });
    expect(queue.added()).toEqual([
      {
        id: 'a',
        name: 'image.resize',
        queue: 'images',
        payload,
        delay: 5_000,
        priority: 3,
        expiresAt: undefined,
        headers: { tenant: 't' },
      },
    ]);
  });

  it('keeps the order over all tasks, and tells those of one definition', async () => {
    await queue.addBulk([
      { task: resize, payload },
      { task: mail, payload: { to: 'ada' } },
    ]);
    await queue.add(said, 'a word');
    expect(queue.added().map(({ name, payload: travelling }) => [name, travelling])).toEqual([
      ['image.resize', payload],
      ['mail', { to: 'ada' }],
      ['said', 'a word'],
    ]);
    expect(queue.added(mail)).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>, new (...args: never[]) => Error]>([
    ['a wrong payload', () => queue.add(mail, { to: 7 } as never), InvalidPayloadError],
    ['a wrong option', () => queue.add(mail, { to: 'ada' }, { delay: -1 }), InvalidAddOptionsError],
    [
      'a priority that the queue has not',
      () => queue.add(mail, { to: 'ada' }, { priority: 1 }),
      InvalidAddOptionsError,
    ],
  ])('refuses %s as the real one, and records nothing', async (_what, add, kind) => {
    await expect(add()).rejects.toThrow(kind);
    expect(queue.added()).toEqual([]);
  });

  it('fails as it is told to, until it is cleared', async () => {
    queue.failWith(() => new NotConnectedError('no route'));
    await expect(queue.add(mail, { to: 'ada' })).rejects.toThrow('no route');
    expect(await queue.addBulk([{ task: mail, payload: { to: 'ada' } }])).toEqual([
      { ok: false, error: expect.any(NotConnectedError) },
    ]);
    queue.clear();
    await queue.add(mail, { to: 'ada' });
    expect(queue.added()).toHaveLength(1);
  });

  it('tells events from tasks', async () => {
    const placed = defineEvent({
      name: 'order.placed',
      exchange: 'orders',
      payload: z.object({ order: z.string() }),
    });
    await queue.publish(placed, { order: 'o-1' });
    expect(queue.added()).toEqual([]);
    expect(queue.published(placed)).toMatchObject([
      { name: 'order.placed', queue: 'orders', payload: { order: 'o-1' } },
    ]);
  });

  it('knows the results that it is told', async () => {
    queue.completes('a', { pages: 3 });
    expect(await queue.result('a')).toEqual({ pages: 3 });
    await expect(queue.result('b')).rejects.toThrow(HistoryUnavailableError);
  });
});

describe('expectAdded', () => {
  it('finds a task by its definition, and by fields of its payload and options', async () => {
    await queue.add(resize, payload, { id: 'a', delay: 5_000 });
    await queue.add(resize, { ...payload, source: 'b.png' }, { id: 'b' });
    expect(queue.expectAdded(resize).id).toBe('a');
    expect(queue.expectAdded(resize, { size: { width: 3 } }, { delay: 0 }).id).toBe('b');
    expect(queue.expectAdded(resize, { source: expect.stringMatching(/^b/) as string }).id).toBe('b');
  });

  it('says what was added instead', async () => {
    expect(complaint(() => queue.expectAdded(mail))).toBe('mail was to be added, and nothing was added.');
    await queue.add(resize, payload);
    await queue.add(mail, { to: 'ada' }, { delay: 1_000 });
    expect(complaint(() => queue.expectAdded(mail, { to: 'eve' }, { delay: 0 }))).toBe(
      [
        "mail was to be added with payload { to: 'eve' } and { delay: 0 }, and it was not. Added instead:",
        "  image.resize <id> to images: { source: 'a.png', size: { width: 3, height: 2 } }",
        "  mail <id> to tasks in 1000 ms: { to: 'ada' }",
        "      to is 'ada', expected 'eve'",
        '      delay is 1000, expected 0',
      ].join('\n'),
    );
  });

  it('shows the first ten of many', async () => {
    await queue.addBulk(Array.from({ length: 12 }, () => ({ task: mail, payload: { to: 'ada' } })));
    const lines = complaint(() => queue.expectAdded(resize)).split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe('  and 2 more');
  });

  it('has an opposite', async () => {
    queue.expectNotAdded(mail);
    await queue.add(mail, { to: 'ada' });
    queue.expectNotAdded(mail, { to: 'eve' });
    expect(complaint(() => queue.expectNotAdded(mail, { to: 'ada' }))).toBe(
      "mail was not to be added, and it was:\n  mail <id> to tasks: { to: 'ada' }",
    );
  });
});
