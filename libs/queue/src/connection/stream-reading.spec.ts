import type { Channel, ConsumeMessage } from './amqp';
import { StreamReading } from './stream-reading';

const message = {} as ConsumeMessage;

describe('one reading of a stream', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('acknowledges what was taken, and is not silent before', async () => {
    const acknowledged: ConsumeMessage[] = [];
    const reading = new StreamReading({ ack: (one: ConsumeMessage) => acknowledged.push(one) } as unknown as Channel);
    let taken: () => void = () => undefined;
    const taking = new Promise<void>((resolve) => {
      taken = resolve;
    });
    reading.handedOut(message, taking);
    jest.advanceTimersByTime(60_000);
    expect({ acknowledged, silence: reading.silence }).toEqual({ acknowledged: [], silence: 0 });
    taken();
    await taking;
    jest.advanceTimersByTime(10);
    expect({ acknowledged, silence: reading.silence }).toEqual({ acknowledged: [message], silence: 10 });
    reading.handedOut(message, undefined);
    expect(acknowledged).toHaveLength(2);
  });

  it('does not mind that its channel has closed before something was taken', () => {
    const closed = {
      ack: () => {
        throw new Error('Channel closed');
      },
    } as unknown as Channel;
    expect(() => new StreamReading(closed).handedOut(message, undefined)).not.toThrow();
  });
});
