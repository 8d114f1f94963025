import { defineQueue } from '../define-queue';
import { deadLetterQueuePlan, workQueuePlan } from './queue-arguments';

const open = defineQueue({ name: 'images' });
const classic = defineQueue({ name: 'images', type: 'classic' });
const quorum = defineQueue({ name: 'images', type: 'quorum' });

describe('a work queue', () => {
  it.each([
    ['says classic', classic, 'quorum'],
    ['says nothing, and QUEUE_TYPE is classic', open, 'classic'],
  ] as const)('that %s is the queue of the RabbitMQ tutorial: durable, no arguments', (_what, queue, defaultType) => {
    expect(workQueuePlan(queue, defaultType)).toEqual({ name: 'images', durable: true, arguments: {} });
  });

  it.each([
    ['says quorum', quorum, 'classic'],
    ['says nothing, and QUEUE_TYPE is quorum', open, 'quorum'],
  ] as const)('that %s loses nothing that the broker itself gives up on', (_what, queue, defaultType) => {
    expect(workQueuePlan(queue, defaultType)).toEqual({
      name: 'images',
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-delivery-limit': 20,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'images.dlq',
        // At-least-once dead-lettering needs both.
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
  });
});

describe('a work queue of another program', () => {
  it('is declared exactly as that program declares it', () => {
    const declaredAs = { durable: false, autoDelete: true, arguments: { 'x-message-ttl': 5 } };
    const queue = defineQueue({ name: 'theirs', type: 'quorum', declaredAs });
    expect(workQueuePlan(queue, 'quorum')).toEqual({ name: 'theirs', ...declaredAs });
    const plain = defineQueue({ name: 'theirs', declaredAs: {} });
    expect(workQueuePlan(plain, 'quorum')).toEqual({ name: 'theirs', durable: true, autoDelete: false, arguments: {} });
  });
});

describe('its dead-letter queue', () => {
  it.each([
    ['classic', classic, {}],
    ['quorum', quorum, { 'x-queue-type': 'quorum', 'x-delivery-limit': 2_147_483_647 }],
  ] as const)('is %s as well, and moves or drops nothing', (_type, queue, expected) => {
    const plan = deadLetterQueuePlan(queue, queue === classic ? 'quorum' : 'classic');
    expect(plan).toEqual({ name: 'images.dlq', durable: true, arguments: expected });
  });
});
