import { EventEmitter } from 'node:events';
import { QueueEvents } from '../events';
import { StopWishes } from '../stop-wishes';
import { SupervisorLink } from './supervisor-link';

const SHUTDOWN_TIMEOUT = 1_000;

let channel: EventEmitter & { connected: boolean };
let events: QueueEvents;
let done: string[];

beforeEach(() => {
  jest.useFakeTimers();
  channel = Object.assign(new EventEmitter(), { connected: false });
  events = new QueueEvents();
  done = [];
  const link = new SupervisorLink(channel);
  const stopping = { running: 1, timeout: SHUTDOWN_TIMEOUT };
  link.obey(
    new StopWishes({
      stop: (why) => {
        done.push(`stop: ${why}`);
        events.emit('worker.stopping', stopping);
      },
      hurry: (why) => done.push(`hurry: ${why}`),
    }),
  );
  link.report(events, () => ({ isReady: true, problems: [], running: 1 }));
});
afterEach(() => jest.useRealTimers());

const hurried = 'hurry: the supervisor is gone, and the deadline has passed';

describe('a worker whose supervisor is gone', () => {
  it('stops, and hurries by itself when it has not ended 20 s after its deadline: nobody else would end it', () => {
    channel.emit('disconnect');
    expect(done).toEqual(['stop: the supervisor is gone']);
    jest.advanceTimersByTime(SHUTDOWN_TIMEOUT + 19_999);
    expect(done).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(done).toEqual(['stop: the supervisor is gone', hurried]);
  });

  it('does so as well when it was stopping already', () => {
    channel.emit('message', { order: 'stop', why: 'SIGTERM' });
    expect(done).toEqual(['stop: SIGTERM']);
    jest.advanceTimersByTime(SHUTDOWN_TIMEOUT);
    channel.emit('disconnect');
    jest.advanceTimersByTime(20_000);
    expect(done).toEqual(['stop: SIGTERM', hurried]);
  });
});

it('a worker that has its supervisor leaves it to that one how long it waits', () => {
  channel.emit('message', { order: 'stop', why: 'SIGTERM' });
  jest.advanceTimersByTime(10 * SHUTDOWN_TIMEOUT + 20_000);
  expect(done).toEqual(['stop: SIGTERM']);
});
