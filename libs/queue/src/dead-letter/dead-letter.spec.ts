import * as fc from 'fast-check';
import { nestFormat } from '../message/formats';
import { header } from '../message/headers';
import type { IncomingMessage } from '../message/message';
import { readDeadLetter, readDetails } from './dead-letter';

function messageWith(properties: IncomingMessage['properties'], content = 'body'): IncomingMessage {
  const fields = { deliveryTag: 1, redelivered: true, exchange: '', routingKey: 'work.dlq' };
  return { content: Buffer.from(content), fields, properties };
}

const read = (properties: IncomingMessage['properties']) => readDeadLetter(messageWith(properties), 'work');

/** As amqplib hands out what the broker wrote. */
const death = { reason: 'delivery_limit', queue: 'work', count: 1, time: { '!': 'timestamp', value: 1_700_000_000 } };

describe('a dead letter', () => {
  it('is named by its task, else by its own id, else by its bytes', () => {
    expect(read({ messageId: 'task', headers: { [header.deadLetterId]: 'dead' } }).id).toBe('task');
    expect(read({ headers: { [header.deadLetterId]: 'dead' } }).id).toBe('dead');
    expect(read({}).id).toBe('sha256-230d8358dc8e8890');
    expect(readDeadLetter(messageWith({}, 'other'), 'work').id).not.toBe(read({}).id);
  });

  it('that the broker moved tells the broker’s reason and time', () => {
    expect(read({ headers: { 'x-death': [death], 'x-first-death-reason': 'expired' } })).toMatchObject({
      reason: 'broker:expired',
      time: 1_700_000_000_000,
    });
    expect(read({ headers: { 'x-death': [death] } }).reason).toBe('broker:delivery_limit');
  });

  it('that Warren put aside tells Warren’s reason, whatever the broker did before', () => {
    const headers = { 'x-death': [death], [header.deadLetterReason]: 'timed-out', [header.deadLetterTime]: 5 };
    expect(read({ headers })).toMatchObject({ reason: 'timed-out', time: 5 });
  });

  it.each([
    ['another', 'another'],
    ['another.dlq', 'work'],
    ['amq.gen-1', 'work'],
    ['', 'work'],
    [7, 'work'],
    ['x'.repeat(300), 'work'],
    [undefined, 'work'],
  ])('from queue %p goes back to %p', (named, originalQueue) => {
    expect(read({ headers: { [header.deadLetterQueue]: named } }).originalQueue).toBe(originalQueue);
  });

  it('without a type is named by its body, when the queue’s format can read it', () => {
    const packet = messageWith({}, '{"pattern":"resize","data":1}');
    expect(readDeadLetter(packet, 'work', nestFormat).name).toBe('resize');
    const throwing = { ...nestFormat, read: () => JSON.parse('{') as never };
    expect(readDeadLetter(packet, 'work', throwing).name).toBeUndefined();
    expect(readDeadLetter(packet, 'work').name).toBeUndefined();
  });

  it('is read whatever strangers have written', () => {
    const name = fc.oneof(fc.constantFrom(...Object.values(header), 'x-death', 'x-first-death-reason'), fc.string());
    const properties = fc.record({
      messageId: fc.anything(),
      type: fc.anything(),
      headers: fc.dictionary(name, fc.anything()),
    });
    fc.assert(
      fc.property(properties, (found) => {
        const deadLetter = read(found);
        expect([deadLetter.id, deadLetter.reason, deadLetter.originalQueue].every((text) => text !== '')).toBe(true);
        expect(deadLetter.attempt).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('shows its properties without those that are not set, and its headers beside them', () => {
    const message = messageWith({ messageId: 'a', type: undefined, headers: { [header.errorStack]: 'at a', mine: 1 } });
    expect(readDetails(message, readDeadLetter(message, 'work'))).toMatchObject({
      version: 1,
      stack: 'at a',
      properties: { messageId: 'a' },
      headers: { mine: 1 },
      content: message.content,
    });
    expect(readDetails(message, readDeadLetter(message, 'work')).properties).toEqual({ messageId: 'a' });
    const second = messageWith({ headers: { [header.taskVersion]: 2 } });
    expect(readDetails(second, readDeadLetter(second, 'work')).version).toBe(2);
  });
});
