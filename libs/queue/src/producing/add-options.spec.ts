import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { z } from 'zod';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import type { TaskDefinition } from '../define-task';
import { InvalidAddOptionsError } from '../errors';
import { header } from '../message/headers';
import { checkAddOptions } from './add-options';
import type { AddTimes } from './add-options';
import type { AddOptions } from './task-queue';

const { encodeTable } = jest.requireActual<{ encodeTable: (buffer: Buffer, table: object, offset: number) => number }>(
  join(dirname(require.resolve('amqplib')), 'lib/codec.js'),
);

const NOW = 1_800_000_000_000;
const DAYS = 86_400_000;
const plain = defineTask({ name: 'resize', payload: z.unknown() });
const ranked = defineTask({
  name: 'ranked',
  queue: defineQueue({ name: 'ranked', type: 'classic', maxPriority: 5 }),
  payload: z.unknown(),
});
const shortLived = defineTask({ name: 'short', payload: z.unknown(), expiresAfter: 60_000 });

function problemsOf(options: unknown, task: TaskDefinition = plain): string[] {
  try {
    checkAddOptions(task, options as AddOptions, NOW);
  } catch (error) {
    if (error instanceof InvalidAddOptionsError)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

const ID = 'id: must be a string of 1 to 128 printable characters and 255 bytes at most';
const TIMEOUT = 'timeout: must be a whole number of milliseconds from 1 to 600000';

describe('the options of add', () => {
  it.each<[string, AddOptions]>([
    ['nothing', {}],
    ['everything', { id: 'order-7', timeout: 600_000, headers: { tenant: 'a', weight: 1.5, urgent: false } }],
    ['the shortest', { id: 'x', timeout: 1, headers: {} }],
    ['the longest id', { id: 'x'.repeat(128) }],
    ['an id in any script', { id: 'Auftrag 7 – 完了' }],
    ['a header with the longest name', { headers: { ['x'.repeat(255)]: 'v' } }],
    ['headers that only look like the broker’s', { headers: { 'x-deaths': 1, cc: 'a', 'x-priority': 1 } }],
    ['a header named like an object’s own property', { headers: JSON.parse('{"__proto__":"a","constructor":"b"}') }],
    ['large numbers', { headers: { whole: Number.MAX_SAFE_INTEGER, negative: Number.MIN_SAFE_INTEGER, tiny: 5e-324 } }],
  ])('may be %s', (_what, options) => {
    expect(problemsOf(options)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['an empty id', { id: '' }, ID],
    ['an id too long', { id: 'x'.repeat(129) }, ID],
    ['an id with too many bytes for AMQP', { id: '漢'.repeat(86) }, ID],
    ['an id with a line break', { id: 'a\nb' }, ID],
    ['an id with half a surrogate pair', { id: 'a\ud800' }, ID],
    ['an id that is a number', { id: 7 }, ID],
    ['an id that is null', { id: null }, ID],
    ['no time at all', { timeout: 0 }, TIMEOUT],
    ['more than ten minutes', { timeout: 600_001 }, TIMEOUT],
    ['a fraction of a millisecond', { timeout: 1.5 }, TIMEOUT],
    ['an endless timeout', { timeout: Infinity }, TIMEOUT],
    ['a timeout of NaN', { timeout: NaN }, TIMEOUT],
    ['a timeout in words', { timeout: '5000' }, TIMEOUT],
    ['headers of null', { headers: null }, 'headers: must be an object'],
    ['headers in a list', { headers: ['a'] }, 'headers: must be an object'],
    ['a header of null', { headers: { a: null } }, 'headers.a: must be a string, a number or a boolean'],
    ['a header that is a table', { headers: { a: {} } }, 'headers.a: must be a string, a number or a boolean'],
    [
      'a header that cannot even become text',
      { headers: { a: Object.create(null) } },
      'headers.a: must be a string, a number or a boolean',
    ],
    ['a header of NaN', { headers: { a: NaN } }, 'headers.a: must be a number that AMQP can carry'],
    ['a header of Infinity', { headers: { a: Infinity } }, 'headers.a: must be a number that AMQP can carry'],
    ['a header of -1e300', { headers: { a: -1e300 } }, 'headers.a: must be a number that AMQP can carry'],
    [
      'a header’s name too long',
      { headers: { ['ä'.repeat(128)]: 1 } },
      `headers.${'ä'.repeat(128)}: has a name of more than 255 bytes`,
    ],
    [
      'headers too large',
      { headers: { a: 'x'.repeat(32_000) } },
      'headers: have 32007 bytes together and the limit is 32000',
    ],
  ])('may not be %s', (_what, options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });

  it.each([
    ...Object.values(header),
    'x-death',
    'x-first-death-queue',
    'x-last-death-exchange',
    'x-delivery-count',
    'CC',
    'BCC',
  ])('may not be the header %s', (name) => {
    expect(problemsOf({ headers: { [name]: 'x' } })).toEqual([`headers.${name}: is written by Warren or the broker`]);
  });

  it('are all checked before anything is said', () => {
    expect(problemsOf({ id: '', timeout: 0, headers: { a: null, b: undefined, CC: 'x', ok: 1 } })).toHaveLength(5);
  });

  it('that are accepted can be written by the AMQP client', () => {
    const headers = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.oneof(fc.string({ maxLength: 40_000, size: 'max' }), fc.double(), fc.maxSafeInteger(), fc.boolean()),
      { maxKeys: 20 },
    );
    fc.assert(
      fc.property(headers, (given) => {
        fc.pre(problemsOf({ headers: given }).length === 0);
        expect(encodeTable(Buffer.alloc(65_536), given, 0)).toBeLessThan(32_100);
      }),
    );
  });

  it('that are many small headers are measured with what AMQP adds to each', () => {
    const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [String(index), '']));
    expect(problemsOf({ headers: many })).toEqual([expect.stringContaining('bytes together')]);
  });
});

describe('when a task may run', () => {
  it.each<[string, TaskDefinition, AddOptions, AddTimes]>([
    ['at once and for ever', plain, {}, { delay: 0, expiresAt: undefined }],
    ['after a delay', plain, { delay: 250 }, { delay: 250, expiresAt: undefined }],
    ['after 310 days', plain, { delay: 310 * DAYS }, { delay: 310 * DAYS, expiresAt: undefined }],
    ['at a time', plain, { at: NOW + 5_000 }, { delay: 5_000, expiresAt: undefined }],
    ['at a date', plain, { at: new Date(NOW + 7) }, { delay: 7, expiresAt: undefined }],
    ['at a time that has passed', plain, { at: NOW - 1 }, { delay: 0, expiresAt: undefined }],
    ['within a time', plain, { expiresIn: 1_000 }, { delay: 0, expiresAt: NOW + 1_000 }],
    ['within its definition’s time', shortLived, {}, { delay: 0, expiresAt: NOW + 60_000 }],
    ['within the shorter of both', shortLived, { expiresIn: 1_000 }, { delay: 0, expiresAt: NOW + 1_000 }],
    ['not longer than its definition’s', shortLived, { expiresIn: 90_000 }, { delay: 0, expiresAt: NOW + 60_000 }],
  ])('is %s', (_what, task, options, times) => {
    expect(checkAddOptions(task, options, NOW)).toEqual(times);
  });

  it.each<[string, TaskDefinition, unknown, string]>([
    [
      'a delay that is negative',
      plain,
      { delay: -1 },
      'delay: must be a whole number of milliseconds from 0 to 26843545500 (310 days)',
    ],
    [
      'a delay that is no number',
      plain,
      { delay: '5' },
      'delay: must be a whole number of milliseconds from 0 to 26843545500 (310 days)',
    ],
    [
      'a delay longer than the levels',
      plain,
      { delay: 311 * DAYS },
      'delay: must be a whole number of milliseconds from 0 to 26843545500 (310 days)',
    ],
    [
      'a time too far away',
      plain,
      { at: NOW + 311 * DAYS },
      'at: must be a Date or milliseconds since 1970, at most 310 days from now',
    ],
    [
      'no date',
      plain,
      { at: new Date('never') },
      'at: must be a Date or milliseconds since 1970, at most 310 days from now',
    ],
    ['a delay and a time', plain, { at: NOW, delay: 1 }, 'at: cannot be given together with delay'],
    [
      'no time at all',
      plain,
      { expiresIn: 0 },
      'expiresIn: must be a whole number of milliseconds from 1 to 26843545500',
    ],
    [
      'an end before the beginning',
      plain,
      { delay: 500, expiresIn: 500 },
      'expiresIn: would be over before the delay, so that no run could begin',
    ],
    [
      'a delay beyond its definition’s time',
      shortLived,
      { delay: 60_000 },
      'delay: would be over before the delay, so that no run could begin',
    ],
    [
      'a priority where there is none',
      plain,
      { priority: 1 },
      'priority: needs a queue with maxPriority, and "tasks" has none',
    ],
    [
      'a priority above the highest',
      ranked,
      { priority: 6 },
      'priority: must be a whole number from 0 to 5 (the maxPriority of queue "ranked")',
    ],
  ])('cannot be %s', (_what, task, options, problem) => {
    expect(problemsOf(options, task)).toEqual([problem]);
  });

  it.each([0, 3, 5])('may come with priority %d', (priority) => {
    expect(problemsOf({ priority }, ranked)).toEqual([]);
  });
});
