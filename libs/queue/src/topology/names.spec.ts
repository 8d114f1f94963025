import * as fc from 'fast-check';
import { DefinitionError } from '../errors';
import { assertQueueName, deadLetterQueueName } from './names';

describe('a queue’s name', () => {
  it.each([
    'a',
    'task_queue',
    'images',
    'Aufträge – groß',
    'dlq',
    'a.dlq.b',
    'amqp',
    'x'.repeat(190),
    'ä'.repeat(95),
    'a*.#b',
    'a.**',
  ])('may be %s', (name) => {
    expect(() => assertQueueName(name)).not.toThrow();
  });

  it.each([
    ['nothing', '', 'has 0'],
    ['more bytes than fit', 'x'.repeat(191), 'has 191'],
    ['more bytes than fit, in fewer characters', 'ä'.repeat(96), 'has 192'],
    ['the broker’s own', 'amq.gen-1', 'belong to the broker'],
    ['a wildcard', '*', 'wildcards'],
    ['one that has a wildcard among its words', 'orders.#.eu', 'wildcards'],
    ['a delay level’s', 'delay.07', 'belong to the delay levels'],
    ['a quarantine’s', 'images.quarantine', 'belong to quarantines'],
    ['a dead-letter queue’s', 'images.dlq', 'belong to dead-letter queues'],
    ['the stream of what happened', 'warren.events', 'belongs to a stream'],
    ['the stream of orders', 'warren.control', 'belongs to a stream'],
  ])('may not be %s', (_what, name, reason) => {
    expect(() => assertQueueName(name)).toThrow(DefinitionError);
    expect(() => assertQueueName(name)).toThrow(reason);
  });

  it('leaves room for its dead-letter queue, which is never a work queue’s name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 260 }), (name) => {
        fc.pre(isAccepted(name));
        expect(Buffer.byteLength(deadLetterQueueName(name))).toBeLessThanOrEqual(255);
        expect(isAccepted(deadLetterQueueName(name))).toBe(false);
      }),
    );
  });
});

function isAccepted(name: string): boolean {
  try {
    assertQueueName(name);
    return true;
  } catch {
    return false;
  }
}
