import type { StreamMessage, StreamReader } from '../connection/stream-reader';
import { HistoryUnavailableError, ResultTimeoutError, TaskCancelledError } from '../errors';
import { RecordBatch } from './record-batch';
import { RECORDS } from './recorder';
import { TaskHistory } from './task-history';
import { resultOf } from './task-results';

let reader: { state: string; problem?: string; open: () => Promise<void> };
let hand: (message: StreamMessage) => void | Promise<void>;
let history: TaskHistory;

beforeEach(() => {
  reader = { state: 'live', open: () => Promise.resolve() };
  history = new TaskHistory((onMessage) => {
    hand = onMessage;
    return { reader: reader as unknown as StreamReader, close: () => Promise.resolve() };
  });
});
afterEach(() => history.close());

const happens = (write: (batch: RecordBatch) => void, type = RECORDS): void => {
  const batch = new RecordBatch('w');
  write(batch);
  void hand({ offset: 0, content: Buffer.from(batch.take()), type, id: undefined });
};
const run = (id: string) => ({ id, name: 'n', queue: 'q', attempt: 1 });

describe('a history', () => {
  it('tells of each record once the view has it, of one task or of all, until told to stop', async () => {
    await history.open();
    const told: unknown[] = [];
    const stop = history.subscribe(() => told.push(['any', history.view.get('a')?.state]));
    history.watch('a', ({ kind }) => told.push(kind));
    history.watch('b', () => told.push('b'));
    happens((batch) => batch.started(1, run('a')));
    stop();
    happens((batch) => batch.completed(2, run('a'), 1, undefined));
    happens((batch) => batch.started(3, run('a')), 'of another program');
    expect(told).toEqual([['any', 'running'], 'started', 'completed']);
  });

  it('goes on when a listener throws, and warns', async () => {
    await history.open();
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    history.subscribe(() => {
      throw new Error('mine');
    });
    happens((batch) => batch.started(1, run('a')));
    expect(history.view.get('a')?.state).toBe('running');
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('mine'), 'TaskHistoryWarning');
    warned.mockRestore();
  });

  it('gives no result of a task that is to be cancelled, at once where its time has not come', async () => {
    const later = resultOf(history, 'later', 60_000);
    const waits = resultOf(history, 'waits', 20);
    const runs = resultOf(history, 'runs', 20);
    const ends = Promise.allSettled([later, waits, runs]);
    await new Promise(setImmediate);
    happens((batch) => {
      for (const id of ['later', 'waits', 'runs']) {
        batch.added(Date.now(), { id, name: 'n', queue: 'q' }, id === 'later' ? 50_000 : 0, undefined);
        batch.ordered(Date.now(), 'cancel', id, 'anna');
      }
      batch.started(Date.now(), run('runs'));
    });
    const cancelled = { status: 'rejected', reason: expect.any(TaskCancelledError) };
    expect(await ends).toMatchObject([
      { ...cancelled, reason: { by: 'anna' } },
      cancelled,
      { status: 'rejected', reason: expect.any(ResultTimeoutError) },
    ]);
  });

  it('gives no result of the task that had the id before, when it is known which one is meant', async () => {
    happens((batch) => batch.completed(1, run('a'), 1, 'old'));
    const waiting = resultOf(history, 'a', 60_000, 2);
    await new Promise(setImmediate);
    happens((batch) => batch.completed(9, { ...run('a'), life: 2 }, 1, 'new'));
    expect(await waiting).toBe('new');
    expect(await resultOf(history, 'a', 60_000)).toBe('new');
    await expect(resultOf(history, 'a', 1, 3)).rejects.toThrow(ResultTimeoutError);
  });

  it('waits for a result longer than a timer runs', async () => {
    jest.useFakeTimers();
    const waiting = Promise.all([resultOf(history, 'a', Infinity), resultOf(history, 'b', 2 ** 31)]);
    await jest.advanceTimersByTimeAsync(5); // a timer of too many milliseconds fires after one
    jest.useRealTimers();
    happens((batch) => {
      batch.completed(1, run('a'), 1, 'a');
      batch.completed(1, run('b'), 1, 'b');
    });
    expect(await waiting).toEqual(['a', 'b']);
  });

  it('is watched by those who began after another one had ended, though that one ends once more', async () => {
    await history.open();
    const seen: string[] = [];
    const stop = history.watch('a', () => seen.push('first'));
    stop();
    history.watch('a', () => seen.push('second'));
    stop();
    happens((batch) => batch.completed(1, run('a'), 1, 'done'));
    expect(seen).toEqual(['second']);
  });

  it('lets nobody wait who waits when it is closed', async () => {
    await history.open();
    const waiting = [resultOf(history, 'a', 60_000), history.find('b', 60_000)];
    const ends = Promise.allSettled(waiting);
    await new Promise(setImmediate);
    await history.close();
    expect(await ends).toEqual([
      { status: 'rejected', reason: expect.any(HistoryUnavailableError) },
      { status: 'fulfilled', value: undefined },
    ]);
    await expect(history.find('c', 60_000)).resolves.toBeUndefined();
  });

  it('that is not up to date in time says why', async () => {
    reader.state = 'replaying';
    await expect(history.upToDate(10)).rejects.toThrow('what was recorded is still being read');
    reader.state = 'unavailable';
    reader.problem = 'no permission';
    await expect(history.upToDate(10)).rejects.toThrow('no permission');
  });
});
