import type { QueuePlan } from './queue-arguments';
import { routeTo } from './routes';
import type { Route } from './routes';

/** Milliseconds of the shortest delay; every delay is rounded up to a multiple, so that nothing comes early. */
export const DELAY_TICK_MS = 100;

/** As many binary digits as a delay has: 2^28 - 1 ticks are 310 days. */
const LEVELS = 28;

/** The longest delay in milliseconds: 310 days, 16 hours and some minutes. */
export const MAX_DELAY_MS = (2 ** LEVELS - 1) * DELAY_TICK_MS;

/** Where what has waited long enough goes on to its queue. Every work queue is bound to it by its own name. */
export const DELIVERY_EXCHANGE = 'delay.delivery';

/**
 * Where a task goes that has waited and finds no queue of its name: an exchange and a queue. Without it the broker would
 * keep such tasks in hand in the level they leave, 32 at most, and then hand on nobody else's
 * (https://www.rabbitmq.com/docs/quorum-queues#dead-lettering). Workers fetch their own from here when they consume again.
 */
export const UNDELIVERED = 'delay.undelivered';

/** One binary digit of a delay: an exchange that asks whether the digit is set, and the queue in which the digit is waited out. */
export interface DelayLevel {
  /** Takes a message in whose digit is set or not; the topic exchange's name. */
  readonly exchange: string;
  readonly queue: QueuePlan;
  /** The digit is 1: wait here. */
  readonly waitPattern: string;
  /** The digit is 0: on to the next exchange. */
  readonly passPattern: string;
  /** The next level's exchange, or {@link DELIVERY_EXCHANGE} behind the last one. */
  readonly next: string;
}

/**
 * The delay levels, highest first: level `n` keeps each message for exactly `2^n` ticks. A constant TTL a queue means
 * that nothing waits behind something that waits longer. The digits of a delay stand in the routing key, highest first,
 * before the queue's name.
 * @param isReplicated quorum queues, which dead-letter at least once. LavinMQ has none and lets durable queues of that
 * name expire early, so plain classic queues there.
 */
export function delayLevels(isReplicated: boolean): readonly DelayLevel[] {
  return Array.from({ length: LEVELS }, (_, index) => delayLevel(LEVELS - 1 - index, isReplicated));
}

function delayLevel(level: number, isReplicated: boolean): DelayLevel {
  const next = level === 0 ? DELIVERY_EXCHANGE : levelName(level - 1);
  const before = '*.'.repeat(LEVELS - 1 - level);
  const forwarding = { 'x-message-ttl': 2 ** level * DELAY_TICK_MS, 'x-dead-letter-exchange': next };
  const replicated = {
    'x-queue-type': 'quorum',
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish', // at-least-once needs it
  };
  return {
    exchange: levelName(level),
    queue: {
      name: levelName(level),
      durable: true,
      arguments: isReplicated ? { ...replicated, ...forwarding } : forwarding,
    },
    waitPattern: `${before}1.#`,
    passPattern: `${before}0.#`,
    next,
  };
}

/** How a work queue is bound to {@link DELIVERY_EXCHANGE}: whatever the digits were, its own name behind them. */
export function deliveryPattern(queue: string): string {
  return '*.'.repeat(LEVELS) + queue;
}

/**
 * The way to a queue that takes so many milliseconds, rounded up to a tick: straight into the highest level needed. No
 * delay at all is the straight way.
 * @param delay 0 to {@link MAX_DELAY_MS}; whoever takes delays from people has checked them
 */
export function delayRoute(delay: number, queue: string): Route {
  const ticks = Math.ceil(delay / DELAY_TICK_MS);
  if (ticks <= 0) return routeTo(queue);
  const digits = ticks.toString(2);
  const routingKey = `${digits.padStart(LEVELS, '0').split('').join('.')}.${queue}`;
  return { exchange: levelName(digits.length - 1), routingKey, queue, isDelayed: true };
}

/** The milliseconds that a message with this routing key has waited in the levels, or waits; 0 when it is no such key. */
export function delayOf(routingKey: string): number {
  const words = routingKey.split('.');
  if (words.length <= LEVELS) return 0;
  const ticks = Number.parseInt(words.slice(0, LEVELS).join(''), 2);
  return Number.isNaN(ticks) ? 0 : ticks * DELAY_TICK_MS;
}

/** The queue that a delayed message is on its way to, by its routing key; `undefined` when it is no such key. */
export function queueOfDelayed(routingKey: string): string | undefined {
  const words = routingKey.split('.');
  return words.length > LEVELS ? words.slice(LEVELS).join('.') : undefined;
}

function levelName(level: number): string {
  return `delay.${String(level).padStart(2, '0')}`;
}
