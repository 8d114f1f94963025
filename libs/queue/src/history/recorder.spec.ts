import type { StreamEntry, StreamWriteEnd } from '../connection/stream-writer';
import { QueueEvents } from '../events';
import { Beats } from './beats';
import type { LifecycleRecord } from './lifecycle-record';
import { readRecords } from './record-reader';
import { Recorder } from './recorder';
import type { RecordSink, RunInHand } from './recorder';

/** Keeps what was written, and ends it when the test says so. */
class Sink implements RecordSink {
  problem: string | undefined;
  readonly batches: LifecycleRecord[][] = [];
  readonly ends: StreamWriteEnd[] = [];

  write({ content }: StreamEntry, ended: StreamWriteEnd): boolean {
    this.batches.push(readRecords(content));
    this.ends.push(ended);
    return true;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

const facts = (id: string) => ({ id, name: 'n', queue: 'q', attempt: 1, redelivered: false });

let events: QueueEvents;
let sink: Sink;
let runs: RunInHand[];
let recorder: Recorder;
let told: string[];

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  events = new QueueEvents();
  sink = new Sink();
  runs = [];
  told = [];
  const work = { runs: () => runs, consumed: () => [{ queue: 'q', concurrency: 2, running: runs.length }] };
  recorder = new Recorder('w', sink, events, work, new Beats(5_000, work));
  events.on('history.interrupted', ({ why }) => told.push(`interrupted: ${why}`));
  events.on('history.resumed', ({ dropped }) => told.push(`resumed without ${dropped}`));
  recorder.start();
});
afterEach(async () => {
  await recorder.stop();
  jest.useRealTimers();
});

const complete = (id: string): void => events.emit('task.completed', { ...facts(id), milliseconds: 5 });

describe('the recorder', () => {
  it('writes what happens within 100 ms in one batch', () => {
    complete('a');
    jest.advanceTimersByTime(50);
    complete('b');
    expect(sink.batches).toEqual([]);
    jest.advanceTimersByTime(50);
    expect(sink.batches).toEqual([
      [
        { kind: 'completed', at: 1_000_000, worker: 'w', id: 'a', name: 'n', queue: 'q', attempt: 1, milliseconds: 5 },
        { kind: 'completed', at: 1_000_050, worker: 'w', id: 'b', name: 'n', queue: 'q', attempt: 1, milliseconds: 5 },
      ],
    ]);
    jest.advanceTimersByTime(10_000);
    expect(sink.batches).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends a batch that has grown large at once', () => {
    for (let index = 0; index < 2_000; index += 1) complete(`00000000-0000-7000-8000-${index}`);
    expect(sink.batches.length).toBeGreaterThan(0);
  });

  it('tells once of a run that goes on, when it began; and not of one that ends at once', () => {
    const long = { ...facts('long'), runningSince: performance.now() };
    runs = [long];
    events.emit('task.started', facts('long'));
    jest.advanceTimersByTime(60);
    runs = [long, { ...facts('short'), runningSince: performance.now() }];
    jest.advanceTimersByTime(40);
    runs = [long];
    complete('short');
    jest.advanceTimersByTime(500);
    expect(sink.batches.flat().map(({ kind, at }) => [kind, at])).toEqual([
      ['started', 1_000_000],
      ['completed', 1_000_100],
    ]);
  });

  it('writes each event down as what it is', () => {
    const failure = { error: 'Error: e', stack: 'at x', milliseconds: 7 };
    events.emit('task.added', { id: 'a', name: 'n', queue: 'q', delay: 10 });
    events.emit('task.retrying', { ...facts('a'), nextAttempt: 2, delay: 20, ...failure });
    events.emit('task.dead-lettered', { ...facts('a'), reason: 'rejected', ...failure });
    events.emit('task.progress', { ...facts('a'), fraction: 0.5, note: 'half' });
    events.emit('task.cancelled', { ...facts('a'), by: 'anna', hasRun: false });
    events.emit('control.sent', { action: 'pause', subject: 'q', by: 'anna', reason: 'why' });
    events.emit('task.requeued', { ...facts('a'), why: 'x' });
    events.emit('task.lost', { ...facts('a'), why: 'x' });
    events.emit('task.redriven', { id: 'a', name: 'n', queue: 'q', reason: 'failed', by: 'anna', life: 1_000 });
    events.emit('task.completed', { ...facts('a'), milliseconds: 5, life: 1_000 });
    events.emit('task.purged', { id: 'a', name: 'n', queue: 'q', reason: 'failed', by: 'ben' });
    events.emit('connection.lost', { role: 'consuming', why: 'x' });
    events.emit('connection.unblocked', { role: 'producing' });
    jest.advanceTimersByTime(100);
    expect(sink.batches.flat()).toMatchObject([
      { kind: 'added', id: 'a', delay: 10 },
      { kind: 'retrying', nextAttempt: 2, delay: 20, ...failure },
      { kind: 'dead-lettered', reason: 'rejected', ...failure },
      { kind: 'progressed', fraction: 0.5, note: 'half' },
      { kind: 'cancelled', id: 'a', by: 'anna' },
      { kind: 'ordered', what: 'pause', target: 'q', by: 'anna', why: 'why' },
      { kind: 'requeued', why: 'x' },
      { kind: 'lost', why: 'x' },
      { kind: 'redriven', reason: 'failed', by: 'anna', life: 1_000 },
      { kind: 'completed', life: 1_000 },
      { kind: 'purged', reason: 'failed', by: 'ben' },
      { kind: 'process', what: 'connection.lost', why: 'consuming: x' },
      { kind: 'process', what: 'connection.unblocked', why: 'producing' },
    ]);
  });

  it('writes only what is done to tasks and what is ordered, for a process that comes and goes', async () => {
    await recorder.stop();
    recorder.start('tasks');
    events.emit('connection.open', { role: 'producing', url: 'amqp://x', broker: 'x' });
    events.emit('task.added', { id: 'a', name: 'n', queue: 'q', delay: 0 });
    events.emit('control.sent', { action: 'cancel', subject: 'a', by: 'anna' });
    jest.advanceTimersByTime(100);
    expect(sink.batches.flat()).toMatchObject([
      { kind: 'added', id: 'a' },
      { kind: 'ordered', what: 'cancel', target: 'a', by: 'anna' },
    ]);
  });

  it('says that a worker lives from its first queue on, and that it has stopped', async () => {
    complete('before');
    jest.advanceTimersByTime(20_000);
    expect(sink.batches.flat().filter(({ kind }) => kind === 'beat')).toEqual([]);
    runs = [
      { ...facts('runs'), runningSince: 0 },
      { ...facts('waits'), runningSince: undefined },
    ];
    events.emit('consumer.started', { queue: 'q', prefetch: 2 });
    jest.advanceTimersByTime(10_000);
    const beats = sink.batches.flat().filter(({ kind }) => kind === 'beat');
    expect(beats).toHaveLength(3);
    expect(beats[0]).toMatchObject({
      worker: 'w',
      pid: process.pid,
      every: 5_000,
      queues: [{ queue: 'q', concurrency: 2, running: 2 }],
      running: ['runs'],
      dropped: 0,
    });
    events.emit('worker.quieted', { by: 'ben' });
    await recorder.stop();
    expect(sink.batches.at(-1)).toMatchObject([
      { kind: 'process', what: 'worker.quieted', why: 'ben' },
      { kind: 'process', what: 'worker.stopped' },
    ]);
    complete('afterwards');
    jest.advanceTimersByTime(1_000);
    expect(JSON.stringify(sink.batches)).not.toContain('afterwards');
  });

  it('says with each beat that a worker takes nothing new, also when it was told so while nothing could be written', () => {
    const leaving = (): unknown[] =>
      sink.batches.flat().flatMap((record) => (record.kind === 'beat' ? [record.leaving] : []));
    events.emit('consumer.started', { queue: 'q', prefetch: 2 });
    jest.advanceTimersByTime(300);
    sink.problem = 'no stream';
    sink.ends[0]?.('no stream');
    events.emit('worker.quieted', { by: 'ben' });
    jest.advanceTimersByTime(10_000);
    expect(leaving()).toEqual([undefined, 'quiet']);
    events.emit('worker.stopping', { running: 1, timeout: 1 });
    events.emit('worker.quieted', { by: 'ben' });
    jest.advanceTimersByTime(5_000);
    expect(leaving().at(-1)).toBe('stopping');
  });

  it('counts what is dropped, and tells once that it is and once that it is over', () => {
    complete('a');
    complete('b');
    jest.advanceTimersByTime(100);
    sink.problem = 'no stream';
    sink.ends[0]?.('no stream');
    expect([recorder.dropped, told]).toEqual([2, ['interrupted: no stream']]);
    complete('c'); // nothing is even written for a while
    jest.advanceTimersByTime(100);
    expect([sink.batches.length, recorder.dropped]).toEqual([1, 3]);
    jest.advanceTimersByTime(5_000);
    complete('d');
    jest.advanceTimersByTime(100);
    sink.ends[1]?.('no stream');
    expect([sink.batches.length, recorder.dropped, told.length]).toEqual([2, 4, 1]);
    sink.problem = undefined;
    jest.advanceTimersByTime(5_000);
    complete('e');
    jest.advanceTimersByTime(100);
    sink.ends[2]?.(undefined);
    expect(told).toEqual(['interrupted: no stream', 'resumed without 4']);
  });

  it('goes on writing when one batch did not fit', () => {
    complete('a');
    jest.advanceTimersByTime(100);
    sink.ends[0]?.('too much waits');
    complete('b');
    jest.advanceTimersByTime(100);
    expect(sink.batches).toHaveLength(2);
  });
});
