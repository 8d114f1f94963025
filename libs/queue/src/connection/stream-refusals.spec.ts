import { TopologyError } from '../errors';
import { QueueEvents } from '../events';
import { StreamRefusals } from './stream-refusals';

let events: QueueEvents;
let told: string[];
let refusals: StreamRefusals;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  events = new QueueEvents();
  told = [];
  events.on('stream.unavailable', ({ stream, use, why }) => told.push(`${use} ${stream}: ${why}`));
  events.on('stream.available', ({ stream, use }) => told.push(`${use} ${stream} again`));
  events.on('stream.differs', ({ why }) => told.push(why));
  refusals = new StreamRefusals('s', 'writing', events);
});
afterEach(() => jest.useRealTimers());

describe('a stream that was refused', () => {
  it('is asked for again after half a minute, and each reason is told once', () => {
    expect(refusals.mayAskAgain).toBe(true);
    refusals.refused('no permission');
    refusals.refused('no permission');
    expect([refusals.problem, refusals.mayAskAgain]).toEqual(['no permission', false]);
    jest.advanceTimersByTime(29_999);
    expect(refusals.mayAskAgain).toBe(false);
    jest.advanceTimersByTime(1);
    expect(refusals.mayAskAgain).toBe(true);
    refusals.accepted(undefined);
    expect([refusals.problem, refusals.mayAskAgain]).toEqual([undefined, true]);
    expect(told).toEqual(['writing s: no permission', 'writing s again']);
  });

  it('is waited for when its node is down, but not for ever', () => {
    const down = new TopologyError('s', 404, 'its node is down');
    const passing = Array.from({ length: 6 }, () => {
      refusals.refusedBy(down);
      return refusals.isPassing;
    });
    expect(passing).toEqual([true, true, true, true, false, false]);
    expect([refusals.problem, refusals.wait]).toEqual(['its node is down', 2_000]);
    refusals.accepted(undefined);
    refusals.refusedBy(down);
    expect(refusals.isPassing).toBe(true);
    refusals.refusedBy(new TopologyError('s', 403, 'no permission'));
    expect([refusals.isPassing, refusals.wait]).toEqual([false, 30_000]);
  });

  it('tells once how it differs', () => {
    refusals.accepted('it differs');
    refusals.accepted('it differs');
    expect(told).toEqual(['it differs']);
  });
});

describe('a broker that ends the connection when it is asked for a stream', () => {
  it('is not asked with every new connection', () => {
    for (const pause of [100, 1_000, 10_000]) {
      refusals.connectionLost('541');
      expect([refusals.mayAskAgain, refusals.wait, refusals.problem]).toEqual([false, pause, undefined]);
      jest.advanceTimersByTime(pause);
      expect(refusals.mayAskAgain).toBe(true);
    }
    refusals.connectionLost('541');
    jest.advanceTimersByTime(599_999);
    expect(refusals.mayAskAgain).toBe(false);
    jest.advanceTimersByTime(1);
    expect(refusals.mayAskAgain).toBe(true);
    expect(told).toEqual(['writing s: the broker ended the connection when it was asked for the stream (541)']);
  });

  it('is asked again at once when it has had the stream before: the link is bad, until it lasts', () => {
    refusals.connectionLost('reset');
    expect(refusals.wait).toBe(100);
    refusals.accepted(undefined);
    for (let times = 1; times <= 20; times += 1) {
      refusals.connectionLost('reset');
      expect(refusals.wait).toBe(0);
    }
    refusals.connectionLost('reset');
    expect(refusals.wait).toBe(100);
    expect(told).toEqual([]);
  });
});
