import { z } from 'zod';
import { defineQueue } from './define-queue';
import { defineTask } from './define-task';
import { DefinitionError } from './errors';

const payload = z.string();

describe('a batch in a definition', () => {
  it.each([
    { size: 2, wait: 1 },
    { size: 10_000, wait: 60_000 },
  ])('may be %j', (batch) => {
    expect(defineTask({ name: 'a', payload, batch }).batch).toEqual(batch);
  });

  it.each([
    ['size', { size: 1, wait: 100 }, 'batch.size must be a whole number from 2 to 10000, not 1'],
    ['size', { size: 10_001, wait: 100 }, 'batch.size must be'],
    ['size', { size: 2.5, wait: 100 }, 'batch.size must be'],
    ['wait', { size: 2, wait: 0 }, 'batch.wait must be a whole number from 1 to 60000, not 0'],
    ['wait', { size: 2, wait: 60_001 }, 'batch.wait must be'],
    ['wait', { size: 2, wait: Number.NaN }, 'batch.wait must be'],
  ])('has a %s within its bounds', (_field, batch, problem) => {
    const define = () => defineTask({ name: 'a', payload, batch });
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(`Task "a": ${problem}`);
  });

  it('is not for a thread', () => {
    const define = () => defineTask({ name: 'a', payload, batch: { size: 2, wait: 1 }, runIn: 'thread' });
    expect(define).toThrow('Task "a": a thread takes no batches');
  });

  it.each([
    ['its own', {}, { timeout: 100 }],
    ['its queue’s', { timeout: 100 }, {}],
  ])('waits for a shorter time than the timeout, %s', (_whose, ofQueue, ofTask) => {
    const queue = defineQueue({ name: 'q', ...ofQueue });
    const define = (wait: number) => () =>
      defineTask({ name: 'a', payload, queue, batch: { size: 2, wait }, ...ofTask });
    expect(define(100)).toThrow('Task "a": its timeout (100 ms) holds the waiting for a batch (100 ms) as well');
    expect(define(99)).not.toThrow();
  });
});
