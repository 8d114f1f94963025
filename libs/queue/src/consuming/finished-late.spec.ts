import type { Channel } from 'amqplib';
import { QueueEvents } from '../events';
import { Delivery } from './delivery';
import { FinishedLate } from './finished-late';

function delivery({ id, queue = 'work', redelivered = true }: { id?: unknown; queue?: string; redelivered?: boolean }) {
  const message = {
    content: Buffer.alloc(0),
    fields: { deliveryTag: 1, redelivered, exchange: '', routingKey: queue },
    properties: { messageId: id },
  };
  return new Delivery(message, {} as Channel, queue, new QueueEvents());
}

function finished(...deliveries: Delivery[]): FinishedLate {
  const late = new FinishedLate();
  for (const one of deliveries) late.remember(one);
  return late;
}

describe('a task that was completed after its channel had closed', () => {
  it('is taken when the broker hands it out again, once: the same id may be added again on purpose', () => {
    const late = finished(delivery({ id: 'a', redelivered: false }));
    expect(late.takes(delivery({ id: 'a' }))).toBe(true);
    expect(late.takes(delivery({ id: 'a' }))).toBe(false);
  });

  it.each([
    ['another id', delivery({ id: 'b' })],
    ['the same id in another queue', delivery({ id: 'a', queue: 'other' })],
    ['the same id handed out for the first time', delivery({ id: 'a', redelivered: false })],
    ['a message without id', delivery({})],
  ])('does not take %s', (_what, other) => {
    const late = finished(delivery({ id: 'a' }), delivery({}));
    expect(late.takes(other)).toBe(false);
    expect(late.takes(delivery({ id: 'a' }))).toBe(true);
  });

  it('is forgotten after a thousand others, the oldest first', () => {
    const late = finished(...Array.from({ length: 1_001 }, (_, index) => delivery({ id: `id-${index}` })));
    expect(late.takes(delivery({ id: 'id-0' }))).toBe(false);
    expect(late.takes(delivery({ id: 'id-1' }))).toBe(true);
    expect(late.takes(delivery({ id: 'id-1000' }))).toBe(true);
  });
});
