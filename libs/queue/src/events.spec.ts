import { QueueEvents } from './events';

const stopping = { running: 1, timeout: 1 };

describe('what happens', () => {
  it('is told to everybody who listens, in their order, until they stop', () => {
    const events = new QueueEvents();
    const told: string[] = [];
    const listener = (): number => told.push('a');
    const stops = [events.on('worker.stopping', listener), events.on('worker.stopping', listener)];
    events.on('worker.stopping', () => told.push('b'));
    events.emit('worker.stopping', stopping);
    stops[0]?.();
    stops[0]?.();
    events.emit('worker.stopping', stopping);
    events.emit('worker.dismissed', { by: 'anna' });
    expect(told).toEqual(['a', 'a', 'b', 'a', 'b']);
  });

  it('is told to those behind a listener that throws as well, and the throw is reported', () => {
    const events = new QueueEvents();
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    const told: string[] = [];
    events.on('worker.dismissed', () => {
      throw new Error('mine');
    });
    events.on('worker.dismissed', ({ by }) => told.push(by));
    expect(() => events.emit('worker.dismissed', { by: 'anna' })).not.toThrow();
    expect(told).toEqual(['anna']);
    expect(warned.mock.calls).toEqual([['A listener of "worker.dismissed" threw: Error: mine', 'QueueEventsWarning']]);
    warned.mockRestore();
  });

  it('is told as it was when it happened: who begins or stops to listen meanwhile changes nothing', () => {
    const events = new QueueEvents();
    const told: string[] = [];
    let stop = (): void => undefined;
    events.on('worker.stopping', () => {
      stop();
      events.on('worker.stopping', () => told.push('late'));
    });
    stop = events.on('worker.stopping', () => told.push('stopped'));
    events.emit('worker.stopping', stopping);
    expect(told).toEqual(['stopped']);
    events.emit('worker.stopping', stopping);
    expect(told).toEqual(['stopped', 'late']);
  });
});
