import * as fc from 'fast-check';
import {
  DELAY_TICK_MS,
  DELIVERY_EXCHANGE,
  MAX_DELAY_MS,
  delayLevels,
  delayOf,
  delayRoute,
  deliveryPattern,
  queueOfDelayed,
} from './delay-levels';
import { assertQueueName } from './names';

const levels = delayLevels(true);
const byExchange = new Map(levels.map((level) => [level.exchange, level]));

/** Whether a topic exchange's pattern matches a routing key (AMQP 0-9-1, section 3.1.3.3). */
function matches(pattern: readonly string[], key: readonly string[]): boolean {
  const [word, ...patternRest] = pattern;
  const [first, ...keyRest] = key;
  if (word === undefined) return first === undefined;
  if (word === '#') return matches(patternRest, key) || (first !== undefined && matches(pattern, keyRest));
  return first !== undefined && (word === '*' || word === first) && matches(patternRest, keyRest);
}

/** The levels a message waits in, as the broker's exchanges and queues take it from one to the next. */
function waits(routingKey: string, exchange: string): number[] {
  const level = byExchange.get(exchange);
  if (level === undefined) return [];
  const key = routingKey.split('.');
  const isWaiting = matches(level.waitPattern.split('.'), key);
  expect(matches(level.passPattern.split('.'), key)).toBe(!isWaiting); // one of the two, or it would be lost or doubled
  const ttl = Number(level.queue.arguments['x-message-ttl']);
  expect(level.queue.arguments['x-dead-letter-exchange']).toBe(level.next);
  return isWaiting ? [ttl, ...waits(routingKey, level.next)] : waits(routingKey, level.next);
}

const delay = fc.integer({ min: 1, max: MAX_DELAY_MS });
const queueName = fc.string({ minLength: 1, maxLength: 190 }).filter((name) => {
  try {
    assertQueueName(name);
    return true;
  } catch {
    return false;
  }
});

describe('a delay', () => {
  it('is waited out in the levels, never shorter and less than a tick longer', () => {
    fc.assert(
      fc.property(delay, queueName, (milliseconds, queue) => {
        const { routingKey, exchange } = delayRoute(milliseconds, queue);
        const waited = waits(routingKey, exchange).reduce((total, ttl) => total + ttl, 0);
        expect(waited).toBeGreaterThanOrEqual(milliseconds);
        expect(waited - milliseconds).toBeLessThan(DELAY_TICK_MS);
      }),
    );
  });

  it('can be read from the routing key, in ticks', () => {
    fc.assert(
      fc.property(delay, queueName, (milliseconds, queue) => {
        const { routingKey } = delayRoute(milliseconds, queue);
        expect(delayOf(routingKey)).toBe(Math.ceil(milliseconds / DELAY_TICK_MS) * DELAY_TICK_MS);
      }),
    );
    expect([delayOf('images'), delayOf(`${'x.'.repeat(28)}images`)]).toEqual([0, 0]);
  });

  it('comes out at its own queue and no other', () => {
    fc.assert(
      fc.property(delay, queueName, queueName, (milliseconds, queue, other) => {
        const key = delayRoute(milliseconds, queue).routingKey.split('.');
        expect(matches(deliveryPattern(queue).split('.'), key)).toBe(true);
        expect(matches(deliveryPattern(other).split('.'), key)).toBe(other === queue);
      }),
    );
  });

  it('has its queue’s name in its routing key', () => {
    fc.assert(
      fc.property(delay, queueName, (milliseconds, queue) => {
        expect(queueOfDelayed(delayRoute(milliseconds, queue).routingKey)).toBe(queue);
      }),
    );
    expect(queueOfDelayed('images')).toBeUndefined();
  });

  it('goes straight into the highest level it needs', () => {
    fc.assert(
      fc.property(delay, (milliseconds) => {
        const { routingKey, exchange } = delayRoute(milliseconds, 'images');
        const longest = Math.max(...waits(routingKey, exchange));
        expect(byExchange.get(exchange)?.queue.arguments['x-message-ttl']).toBe(longest);
      }),
    );
  });

  it('has a routing key that AMQP can carry', () => {
    fc.assert(
      fc.property(delay, queueName, (milliseconds, queue) => {
        expect(Buffer.byteLength(delayRoute(milliseconds, queue).routingKey)).toBeLessThanOrEqual(255);
        expect(Buffer.byteLength(deliveryPattern(queue))).toBeLessThanOrEqual(255);
      }),
    );
  });

  it('of nothing is the straight way', () => {
    expect(delayRoute(0, 'images')).toEqual({ exchange: '', routingKey: 'images', queue: 'images', isDelayed: false });
  });

  it('may be 310 days long', () => {
    expect(MAX_DELAY_MS / 86_400_000).toBeGreaterThan(310);
    expect(delayRoute(MAX_DELAY_MS, 'a').routingKey).toBe(`${'1.'.repeat(28)}a`);
  });
});

describe('the delay levels', () => {
  it('are 28, with names in order, the last of which leads to the delivery exchange', () => {
    expect(levels.map(({ queue }) => queue.name)).toEqual(
      Array.from({ length: 28 }, (_, index) => `delay.${String(27 - index).padStart(2, '0')}`),
    );
    expect(levels.at(-1)?.next).toBe(DELIVERY_EXCHANGE);
  });

  it('dead-letter at least once where they are quorum queues, and are plain classic queues elsewhere', () => {
    expect(levels[0]?.queue.arguments).toMatchObject({
      'x-queue-type': 'quorum',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    });
    expect(Object.keys(delayLevels(false)[0]?.queue.arguments ?? {})).toEqual([
      'x-message-ttl',
      'x-dead-letter-exchange',
    ]);
  });
});
