import { EventEmitter } from 'node:events';
import type { BrokerConnection } from './broker-connection';
import { QuarantineReader } from './quarantine-reader';

/** A channel that the broker closes in the very read that brings a message: no real one does so when it is told to. */
class ClosingChannel extends EventEmitter {
  constructor(private readonly isToClose: boolean) {
    super();
  }

  get(): Promise<object> {
    return new Promise((resolve) => {
      setImmediate(() => {
        resolve({ content: Buffer.from('x'), fields: { deliveryTag: 1 }, properties: {} });
        if (this.isToClose) this.emit('close');
      });
    });
  }

  close(): Promise<void> {
    return Promise.reject(new Error('Channel closed'));
  }
}

function readerOn(channel: ClosingChannel): QuarantineReader {
  const model = { createChannel: () => Promise.resolve(channel) };
  return new QuarantineReader({ state: 'open', whenOpen: () => Promise.resolve(model) } as unknown as BrokerConnection);
}

describe('a message that is taken out of a quarantine', () => {
  it('is handed out with its channel', async () => {
    const taken = await readerOn(new ClosingChannel(false)).take('a.quarantine');
    expect(taken?.message.content.toString()).toBe('x');
    expect(taken?.channel.isClosed).toBe(false);
  });

  it('is left to the broker, which has it back, when its channel has closed already', async () => {
    expect(await readerOn(new ClosingChannel(true)).take('a.quarantine')).toBeUndefined();
  });
});
