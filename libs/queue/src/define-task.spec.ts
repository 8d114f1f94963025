import { z } from 'zod';
import { defineQueue } from './define-queue';
import { defineTask } from './define-task';
import type { PayloadInputOf, PayloadOf } from './define-task';
import { DefinitionError } from './errors';
import { nestFormat, plainText } from './message/formats';
import { sealed } from './message/sealed';

const payload = z.object({ width: z.string().transform(Number) });

describe('a task definition', () => {
  it('keeps results, unless it says otherwise', () => {
    expect(defineTask({ name: 'a', payload })).not.toHaveProperty('keepResult');
    expect(defineTask({ name: 'a', payload, keepResult: true })).not.toHaveProperty('keepResult');
    expect(defineTask({ name: 'a', payload, keepResult: false })).toMatchObject({ keepResult: false });
  });

  it('waits in the queue "tasks" unless it says otherwise', () => {
    expect(defineTask({ name: 'a', payload }).queue).toMatchObject({ name: 'tasks', format: nestFormat });
    expect(defineTask({ name: 'a', payload, queue: 'images' }).queue.name).toBe('images');
  });

  it('shares the queue’s definition it was given', () => {
    const queue = defineQueue({ name: 'lines', type: 'classic', format: plainText('a') });
    expect(defineTask({ name: 'a', payload, queue }).queue).toBe(queue);
  });

  it('types what is added and what a handler gets by its schema', () => {
    const task = defineTask({ name: 'a', payload });
    const added: PayloadInputOf<typeof task> = { width: '320' };
    const handled: PayloadOf<typeof task> = task.payload.parse(added);
    expect(handled.width.toFixed()).toBe('320');
  });

  it('cannot be changed once both sides know it', () => {
    const task = defineTask({ name: 'a', payload, description: 'Does a.' });
    expect(() => Object.assign(task, { name: 'b' })).toThrow(TypeError);
    expect(task).toMatchObject({ name: 'a', description: 'Does a.' });
  });

  it('keeps no results where the payloads are encrypted, unless it says so', () => {
    const keys = [{ id: 'a', key: 'AAAA' }];
    const queue = defineQueue({ name: 'secrets', format: sealed(nestFormat, { encrypt: { keys } }) });
    expect(defineTask({ name: 'a', payload, queue }).keepResult).toBe(false);
    expect(defineTask({ name: 'a', payload, queue, keepResult: true }).keepResult).toBeUndefined();
    expect(defineTask({ name: 'a', payload }).keepResult).toBeUndefined();
  });

  it.each(['a', 'x'.repeat(128), '漢'.repeat(85)])('may be named %s', (name) => {
    expect(defineTask({ name, payload }).name).toBe(name);
  });

  it.each([
    ['', 'has 0 characters'],
    ['x'.repeat(129), 'has 129 characters'],
    ['漢'.repeat(86), 'has 86 characters and 258 bytes'],
  ])('may not be named "%s"', (name, reason) => {
    expect(() => defineTask({ name, payload })).toThrow(DefinitionError);
    expect(() => defineTask({ name, payload })).toThrow(reason);
  });

  it('refuses the name of a queue that cannot be one', () => {
    expect(() => defineTask({ name: 'a', payload, queue: 'amq.a' })).toThrow(DefinitionError);
  });

  it.each([{ type: 'exponential', delay: 1_000 }, 1_000, null])('refuses another library’s backoff: %p', (backoff) => {
    const define = () => defineTask({ name: 'a', payload, attempts: 2, backoff: backoff as never });
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(/^Task "a": backoff must be fixed\(/);
  });
});
