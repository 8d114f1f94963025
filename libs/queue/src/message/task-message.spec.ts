import { z } from 'zod';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import { DefinitionError, InvalidPayloadError, MessageRefusedError } from '../errors';
import { celery } from './celery';
import { plainText } from './formats';
import { sealed } from './sealed';
import type { SealOptions } from './sealed';
import { writeTask } from './task-message';

const resize = defineTask({ name: 'image.resize', queue: 'images', payload: z.unknown() });
const print = defineTask({
  name: 'print',
  queue: defineQueue({ name: 'lines', format: plainText('print') }),
  payload: z.unknown(),
});

describe('a task as a message', () => {
  it('has its data in the body, and what every client can read in the properties', () => {
    expect(
      writeTask(resize, { width: 320 }, { id: 'id-1', now: 1_700_000_000_999, headers: { tenant: 'a' } }),
    ).toStrictEqual({
      content: Buffer.from('{"pattern":"image.resize","data":{"width":320}}'),
      properties: {
        messageId: 'id-1',
        type: 'image.resize',
        contentType: 'application/json',
        timestamp: 1_700_000_000, // AMQP counts seconds
        headers: { tenant: 'a' },
      },
    });
  });

  it('says its priority and the end of its time when it has them', () => {
    const { properties } = writeTask(resize, 1, { id: 'id-1', now: 0, priority: 3, expiresAt: 1_700_000_000_123 });
    expect(properties).toMatchObject({ priority: 3, headers: { 'x-expires-at': 1_700_000_000_123 } });
  });

  it('says the version of its payload from the second on', () => {
    const written = { id: 'id-1', now: 0, headers: { tenant: 'a' } };
    const second = defineTask({ name: 'image.resize', version: 2, payload: z.unknown() });
    expect(writeTask(second, 1, written).properties.headers).toEqual({ tenant: 'a', 'x-task-version': 2 });
    expect(writeTask(second, 1, { id: 'id-1', now: 0 }).properties.headers).toEqual({ 'x-task-version': 2 });
    expect(writeTask(resize, 1, written).properties.headers).toEqual({ tenant: 'a' });
  });

  it('is written in the format of its queue', () => {
    const { content, properties } = writeTask(print, 'First message.', { id: 'id-1', now: 0 });
    expect(content.toString()).toBe('First message.');
    expect(properties).toMatchObject({ contentType: 'text/plain', type: 'print', headers: {} });
  });

  it('has the headers and properties that its format asks for, besides its own', () => {
    const queue = defineQueue({ name: 'jobs', format: celery() });
    const task = defineTask({ name: 'proj.add', queue, payload: z.unknown() });
    const { properties } = writeTask(task, [2, 3], { id: 'id-1', now: 0, headers: { tenant: 'a' }, expiresAt: 5 });
    expect(properties).toMatchObject({
      messageId: 'id-1',
      type: 'proj.add',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      correlationId: 'id-1',
      headers: { tenant: 'a', 'x-expires-at': 5, task: 'proj.add', id: 'id-1' },
    });
  });

  it('is signed for its queue as it will be read', () => {
    const keys = [{ id: 'a', key: Buffer.alloc(32).toString('base64') }];
    const queue = defineQueue({
      name: 'jobs',
      format: sealed(plainText('print'), { sign: { keys, headers: ['tenant'] } }),
    });
    const task = defineTask({ name: 'print', queue, payload: z.unknown() });
    const message = writeTask(task, 'Hello', { id: 'id-1', now: 1_999, headers: { tenant: 'a' } });
    const { content, properties } = message;
    const read = queue.format.read(
      { content, properties: { ...properties, headers: { ...properties.headers } } },
      'jobs',
    );
    expect(read).toMatchObject({ name: 'print', payload: 'Hello' });
  });

  const keys = [{ id: 'a', key: Buffer.alloc(32).toString('base64') }];

  it.each<[string, SealOptions]>([
    ['signed', { sign: { keys } }],
    ['encrypted', { encrypt: { keys } }],
  ])('has its version under the seal: %s', (_how, options) => {
    const queue = defineQueue({ name: 'jobs', format: sealed(plainText('print'), options) });
    const sent = (version: number, headers: Record<string, unknown> = {}) => {
      const task = defineTask({ name: 'print', queue, version, payload: z.unknown() });
      const { content, properties } = writeTask(task, 'Hello', { id: 'id-1', now: 1_999 });
      return { content, properties: { ...properties, headers: { ...properties.headers, ...headers } } };
    };
    for (const version of [1, 2]) expect(queue.format.read(sent(version), 'jobs')).toMatchObject({ payload: 'Hello' });
    const altered = [
      sent(2, { 'x-task-version': 3 }),
      sent(2, { 'x-task-version': undefined }),
      sent(1, { 'x-task-version': 2 }),
    ];
    for (const message of altered) expect(() => queue.format.read(message, 'jobs')).toThrow(MessageRefusedError);
  });

  it('is not written without the key that its queue wants, which is no fault of its payload', () => {
    const queue = defineQueue({ name: 'jobs', format: sealed(plainText('print'), { sign: { keys: [] } }) });
    const task = defineTask({ name: 'print', queue, payload: z.unknown() });
    expect(() => writeTask(task, 'Hello', { id: 'id-1', now: 0 })).toThrow(DefinitionError);
  });

  it('does not share its headers with the caller, who may change them', () => {
    const headers = { tenant: 'a' };
    const message = writeTask(resize, 1, { id: 'id-1', now: 0, headers });
    headers.tenant = 'b';
    expect(message.properties.headers).toEqual({ tenant: 'a' });
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;

  it.each<[string, unknown, typeof resize]>([
    ['a cycle', cycle, resize],
    ['a BigInt', { size: 1n }, resize],
    ['a payload whose toJSON throws', { toJSON: () => assertNever() }, resize],
    ['no text at all', undefined, print],
    ['half a surrogate pair as text', '\ud83d', print],
  ])('%s cannot be written, and the error names the task', (_what, payload, task) => {
    const write = () => writeTask(task, payload, { id: 'id-1', now: 0 });
    expect(write).toThrow(InvalidPayloadError);
    expect(write).toThrow(expect.objectContaining({ taskName: task.name }));
  });
});

function assertNever(): never {
  throw new Error('toJSON failed');
}
