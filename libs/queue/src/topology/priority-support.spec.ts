import { defineQueue } from '../define-queue';
import type { QueueType } from '../define-queue';
import { missingPrioritySupport } from './priority-support';

const rabbit = (version: string) => ({ product: 'RabbitMQ', version });
const lavin = { product: 'LavinMQ', version: '2.9.0' };

describe('priorities of a queue', () => {
  it.each([
    ['quorum', 5, rabbit('4.0.5')],
    ['quorum', 31, rabbit('4.3.6')],
    ['quorum', 5, rabbit('10.0.0')],
    ['classic', 255, rabbit('3.10.8')],
    ['classic', 10, lavin],
    ['quorum', undefined, rabbit('3.10.8')],
  ] as const)('are there: %s, up to %s, %o', (type, maxPriority, broker) => {
    const queue = defineQueue({ name: 'q', ...(maxPriority === undefined ? {} : { maxPriority }) });
    expect(missingPrioritySupport(queue, type, broker)).toBeUndefined();
  });

  it.each<[QueueType, number, { product: string; version: string }, string]>([
    ['quorum', 5, rabbit('3.10.8'), 'Queue "q": RabbitMQ 3.10.8 has no priorities on quorum queues'],
    ['quorum', 5, lavin, 'Queue "q": LavinMQ 2.9.0 has no priorities on quorum queues'],
    ['quorum', 32, rabbit('4.3.6'), 'Queue "q": a quorum queue has priorities from 0 to 31, and maxPriority is 32.'],
  ])('are not there, and the reason says what to do: %s, up to %d, %o', (type, maxPriority, broker, sentence) => {
    const reason = missingPrioritySupport(defineQueue({ name: 'q', maxPriority }), type, broker);
    expect(reason).toContain(sentence);
    expect(reason).toContain('Define it with type classic, or without maxPriority.');
  });

  it('are asked of the queue’s own type before the default', () => {
    const queue = defineQueue({ name: 'q', type: 'classic', maxPriority: 3 });
    expect(missingPrioritySupport(queue, 'quorum', rabbit('3.10.8'))).toBeUndefined();
  });
});
