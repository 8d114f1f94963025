import { newTaskId } from '../producing/task-ids';
import { addedTimeOf, isMadeFor } from './added-time';

const NOW = 1_790_000_000_345;

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

describe('when a task was added, for a cancel of its id', () => {
  it.each([
    ['what its header says, to the millisecond', { messageId: 'a', timestamp: 5, headers: { 'x-added-at': 17 } }, 17],
    ['its second, when its id may be an earlier task’s', { messageId: 'order-1', timestamp: 1_790_000_000 }, NOW - 345],
    ['not known when nothing tells it', { messageId: 'order-1' }, undefined],
    ['not known when its time is none', { messageId: 'order-1', timestamp: 'yesterday' }, undefined],
    ['its second when its header is none', { timestamp: 7, headers: { 'x-added-at': 'now' } }, 7_000],
  ])('is %s', (_what, properties, expected) => {
    expect(addedTimeOf(properties)).toBe(expected);
  });

  it('does not matter when its id was made for it: whatever the clocks say, a cancel is meant for it', () => {
    expect(addedTimeOf({ messageId: newTaskId(), timestamp: Math.floor(NOW / 1_000) })).toBeUndefined();
  });

  it('matters when its id, which tells another time, was used before', () => {
    const later = Math.floor(NOW / 1_000) + 60;
    expect(addedTimeOf({ messageId: newTaskId(), timestamp: later })).toBe(later * 1_000);
    expect(addedTimeOf({ messageId: newTaskId(), timestamp: later - 120 })).toBe((later - 120) * 1_000);
  });
});

describe('an id', () => {
  it('was made for the task that is added with it at once', () => {
    expect(isMadeFor(newTaskId(), NOW)).toBe(true);
    expect(isMadeFor(newTaskId(), NOW + 100)).toBe(true);
  });

  it('was not when it is older, of the future, or does not tell its time', () => {
    expect(isMadeFor(newTaskId(), NOW + 101)).toBe(false);
    expect(isMadeFor(newTaskId(), NOW - 1)).toBe(false);
    expect(isMadeFor('order-1', NOW)).toBe(false);
  });
});
