import { QueueEvents } from '../events';
import { EVENTS_STREAM, streamPlan } from '../topology/streams';
import type { BrokerConnection, ConnectionObserver } from './broker-connection';
import { StreamWriter } from './stream-writer';

const plan = streamPlan(EVENTS_STREAM, { maxAge: 60_000, maxBytes: 8_000_000 });

/** What the broker answers to a declaration: an error's reply code, or nothing. */
let refusal: number | undefined;
let asked: number;
let published: string[];
let observer: ConnectionObserver;
let writer: StreamWriter;
let ends: (string | undefined)[];

const on = (): void => undefined;
const close = (): Promise<void> => Promise.resolve();
const model = {
  createChannel: () => Promise.resolve({ on, once: on, close, assertQueue: answer, checkQueue: answer }),
  createConfirmChannel: () =>
    Promise.resolve({
      on,
      close,
      publish: (_exchange: string, _queue: string, content: Buffer, _options: object, confirmed: (e: null) => void) => {
        published.push(content.toString());
        confirmed(null);
        return true;
      },
    }),
};

function answer(): Promise<void> {
  asked += 1;
  return refusal === undefined
    ? Promise.resolve()
    : Promise.reject(Object.assign(new Error('refused'), { code: refusal }));
}

beforeEach(() => {
  jest.useFakeTimers();
  [refusal, asked, published, ends] = [undefined, 0, [], []];
  const connection = {
    state: 'open',
    observe: (given: ConnectionObserver) => {
      observer = given;
    },
  };
  writer = new StreamWriter(connection as unknown as BrokerConnection, plan, new QueueEvents());
  observer.opened(model as never);
});
afterEach(() => {
  jest.useRealTimers();
});

const write = (text: string): boolean => writer.write({ content: Buffer.from(text) }, (end) => ends.push(end));

describe('a writer', () => {
  it('asks for nothing before there is something to write', async () => {
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(0);
  });

  it('keeps what comes while the node of its stream is down, and writes it when it is up again', async () => {
    refusal = 404;
    expect(write('a')).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([write('b'), asked, writer.problem]).toEqual([true, 1, expect.stringContaining('its node is down')]);
    await jest.advanceTimersByTimeAsync(1_500);
    expect([asked, ends]).toEqual([2, []]);
    refusal = undefined;
    await jest.advanceTimersByTimeAsync(2_500);
    expect([published, ends, writer.problem, writer.dropped]).toEqual([
      ['a', 'b'],
      [undefined, undefined],
      undefined,
      0,
    ]);
  });

  it('drops at once what comes while it may not write, and asks again after half a minute', async () => {
    refusal = 403;
    write('a');
    await jest.advanceTimersByTimeAsync(29_000);
    const refused = expect.stringContaining('no permission');
    expect([write('b'), asked, ends]).toEqual([false, 2, [refused, refused]]);
    refusal = undefined;
    await jest.advanceTimersByTimeAsync(2_000);
    expect(write('c')).toBe(true);
    await jest.advanceTimersByTimeAsync(10);
    expect([published, writer.dropped]).toEqual([['c'], 2]);
  });

  it('keeps what comes while a broker that boots ends the connection, and asks again a moment later', async () => {
    refusal = 541;
    write('a');
    observer.lost();
    await jest.advanceTimersByTimeAsync(50);
    refusal = undefined;
    observer.opened(model as never);
    await jest.advanceTimersByTimeAsync(20);
    expect(published).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([published, ends]).toEqual([['a'], [undefined]]);
  });
});
