import { newTaskId } from '../producing/task-ids';
import { delayRoute } from '../topology/delay-levels';
import { dueTimeOf } from './due-time';
import type { IncomingMessage } from './message';

const NOW = 1_790_000_000_000;

beforeEach(() => jest.useFakeTimers({ now: NOW + 345 }));
afterEach(() => jest.useRealTimers());

/** A message that goes straight to queue `images`; `delay` in milliseconds has brought it through the levels. */
function message(properties: IncomingMessage['properties'], delay = 0): IncomingMessage {
  const { routingKey } = delayRoute(delay, 'images');
  const exchange = delay === 0 ? '' : 'delay.delivery';
  const fields = { deliveryTag: 1, redelivered: false, exchange, routingKey };
  return { content: Buffer.from(''), fields, properties };
}

const added = (): IncomingMessage['properties'] => ({ messageId: newTaskId(), timestamp: NOW / 1_000 });

describe('since when a task could have been run', () => {
  it('is when it was added, to the millisecond', () => {
    expect(dueTimeOf(message(added()))).toBe(NOW + 345);
  });

  it.each([100, 5_000, 86_400_000])('is when its delay of %s ms was over', (delay) => {
    expect(dueTimeOf(message(added(), delay))).toBe(NOW + 345 + delay);
  });

  it('is when its backoff was over, whenever it was added', () => {
    const headers = { 'x-retry-delay': 1_000, 'x-last-failure-time': NOW + 60_000 };
    expect(dueTimeOf(message({ ...added(), headers }, 1_000))).toBe(NOW + 61_000);
  });

  it('is the second it was added in, when its id does not say it', () => {
    expect(dueTimeOf(message({ messageId: 'order-17', timestamp: NOW / 1_000 }))).toBe(NOW);
    expect(dueTimeOf(message({ timestamp: NOW / 1_000 }))).toBe(NOW);
  });

  it('is the second it was added in, when its id is of another time', () => {
    const yesterday = NOW / 1_000 - 86_400;
    expect(dueTimeOf(message({ messageId: newTaskId(), timestamp: NOW / 1_000 + 86_400 }))).toBe(NOW + 86_400_000);
    expect(dueTimeOf(message({ messageId: newTaskId(), timestamp: yesterday }))).toBe(yesterday * 1_000);
  });

  it.each([
    ['another program’s message without a timestamp', {}],
    ['an id without a timestamp, which may be of any age', { messageId: '01990000-0000-7000-8000-000000000000' }],
    ['a timestamp that is none', { timestamp: 'yesterday' }],
    ['a task that came back from its dead-letter queue', { timestamp: NOW / 1_000, headers: { 'x-redriven': 1 } }],
    ['a retry that does not say when it failed', { timestamp: NOW / 1_000, headers: { 'x-retry-delay': 5 } }],
  ])('is not known of %s', (_what, properties) => {
    expect(dueTimeOf(message(properties))).toBeUndefined();
  });
});
