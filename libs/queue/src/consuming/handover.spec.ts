import type { Publisher } from '../connection/publisher';
import { ConfirmTimeoutError, NotConnectedError } from '../errors';
import { QueueEvents } from '../events';
import { routeTo } from '../topology/routes';
import type { Delivery } from './delivery';
import { Handover } from './handover';

describe('a task that the broker takes late', () => {
  it('is told once for each kind of failure, though each try has waited another time', async () => {
    const failures = [
      new NotConnectedError('away'),
      ...[10_002, 10_007, 10_001].map((milliseconds) => new ConfirmTimeoutError('work.dlq', milliseconds)),
      new NotConnectedError('away again'),
    ];
    const publish = (): Promise<void> => {
      const failure = failures.shift();
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    };
    const events = new QueueEvents();
    const told: string[] = [];
    events.on('handover.postponed', ({ place, why }) => told.push(`${place}: ${why}`));
    const handover = new Handover(
      { publish, isClosed: false } as unknown as Publisher,
      { publishTimeout: 10, reconnectDelay: 1 },
      events,
    );
    const delivery = { isOurs: true, wasAckedBefore: false, ack: () => true, facts: () => ({}) } as unknown as Delivery;

    const message = { content: Buffer.alloc(0), properties: { headers: {} } };
    expect(await handover.move(delivery, routeTo('work.dlq'), message, '"work.dlq"')).toBe('moved');
    expect(told).toEqual([
      expect.stringContaining('"work.dlq": The broker could not be reached (away)'),
      expect.stringContaining('"work.dlq": The broker did not confirm'),
    ]);
    expect(handover.waiting).toBe(0);
  });
});
