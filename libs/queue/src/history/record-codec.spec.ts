import * as fc from 'fast-check';
import { RecordBatch } from './record-batch';
import { KIND } from './record-kinds';
import { readRecords } from './record-reader';
import { MAX_RESULT_BYTES } from './small-result';

const written = (write: (batch: RecordBatch) => void) => {
  const batch = new RecordBatch('host-1-abcd');
  write(batch);
  return readRecords(Buffer.from(batch.take()));
};

const text = fc.string({ unit: 'binary', maxLength: 40 });
const life = fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: undefined });
const run = fc.record({ id: text, name: text, queue: text, attempt: fc.nat(100), life });
const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
const failure = fc.record({
  error: text,
  stack: fc.option(text, { nil: undefined }),
  milliseconds: fc.option(fc.nat(), { nil: undefined }),
});
const noTimes = { milliseconds: undefined, stack: undefined };

/** JSON holds no lone surrogates: whatever was written in their place is read. */
const wellFormed = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('records that were written are read as they were', () => {
  it('with every kind, any text, and several names and queues in one batch', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(at, run, failure, text), { maxLength: 20, size: 'max' }), (entries) => {
        const records = written((batch) => {
          for (const [time, which, how, word] of entries) {
            batch.added(time, which, 5, word);
            batch.started(time, which);
            batch.progressed(time, which, 0.5, word);
            batch.completed(time, which, 7, { word });
            batch.retrying(time, which, which.attempt + 1, 100, how);
            batch.deadLettered(time, which, word, how);
            batch.cancelled(time, which, word);
            batch.returned(time, which, 'requeued', word);
            batch.returned(time, which, 'lost', word);
            batch.fromDeadLetters(time, which, 'redriven', word, 'anna');
            batch.fromDeadLetters(time, which, 'purged', word, 'anna');
            batch.process(time, 'connection.lost', word, which.queue);
            batch.ordered(time, 'pause', which.queue, word, 'why');
          }
        });
        const expected = entries.flatMap(([time, which, how, word]) => {
          const { attempt, ...task } = which;
          const happened = { at: time, worker: 'host-1-abcd' };
          const of = { ...happened, ...task };
          const failed = { ...of, attempt, ...how };
          return [
            { kind: 'added', ...of, delay: 5, traceId: word },
            { kind: 'started', ...of, attempt },
            { kind: 'progressed', ...of, attempt, fraction: 0.5, note: word },
            { kind: 'completed', ...of, attempt, milliseconds: 7, result: { word } },
            { kind: 'retrying', ...failed, nextAttempt: attempt + 1, delay: 100 },
            { kind: 'dead-lettered', ...failed, reason: word },
            { kind: 'cancelled', ...of, attempt, by: word },
            { kind: 'requeued', ...of, attempt, why: word },
            { kind: 'lost', ...of, attempt, why: word },
            { kind: 'redriven', ...of, reason: word, by: 'anna' },
            { kind: 'purged', ...of, reason: word, by: 'anna' },
            { kind: 'process', ...happened, what: 'connection.lost', why: word, queue: which.queue },
            { kind: 'ordered', ...happened, what: 'pause', target: which.queue, by: word, why: 'why' },
          ];
        });
        expect(records).toEqual(wellFormed(expected));
      }),
    );
  });

  it('without what is not known', () => {
    const bare = { id: undefined, name: undefined, queue: 'q', attempt: 1 };
    const records = written((batch) => {
      batch.added(10, { id: 'a', name: 'n', queue: 'q' }, 0, undefined);
      batch.added(10, { id: 'b', name: 'n', queue: 'q', life: 7 }, 0, 'trace');
      batch.completed(20, bare, 1, undefined);
      batch.retrying(30, bare, 2, 0, { error: 'E: e', ...noTimes });
      batch.cancelled(30, bare, undefined);
    });
    const of = { worker: 'host-1-abcd', queue: 'q' };
    expect(records).toEqual([
      { kind: 'added', at: 10, id: 'a', name: 'n', ...of },
      { kind: 'added', at: 10, id: 'b', name: 'n', ...of, life: 7, traceId: 'trace' },
      { kind: 'completed', at: 20, id: '', ...of, attempt: 1, milliseconds: 1 },
      { kind: 'retrying', at: 30, id: '', ...of, attempt: 1, nextAttempt: 2, delay: 0, error: 'E: e' },
      { kind: 'cancelled', at: 30, id: '', ...of, attempt: 1 },
    ]);
  });

  it('and a worker’s beat', () => {
    const beat = {
      host: 'host',
      pid: 7,
      version: '1.2.3',
      uptime: 5_000,
      lag: 3,
      rss: 100_000_000,
      every: 5_000,
      queues: [{ queue: 'q', concurrency: 8, running: 2 }],
      running: ['a', 'b'],
      dropped: 4,
      leaving: 'quiet' as const,
    };
    expect(written((batch) => batch.beat(1_000, beat))).toEqual([
      { kind: 'beat', at: 1_000, worker: 'host-1-abcd', ...beat },
    ]);
  });

  it('with an empty batch after each that was taken', () => {
    const batch = new RecordBatch('w');
    batch.started(5, { id: 'a', name: 'n', queue: 'q', attempt: 1 });
    expect(batch.count).toBe(1);
    batch.take();
    expect([batch.count, batch.size]).toEqual([0, 0]);
    batch.started(9, { id: 'a', name: 'n', queue: 'q', attempt: 1 });
    expect(readRecords(Buffer.from(batch.take()))).toEqual([
      { kind: 'started', at: 9, worker: 'w', id: 'a', name: 'n', queue: 'q', attempt: 1 },
    ]);
  });
});

describe('a result', () => {
  const which = { id: 'a', name: 'n', queue: 'q', attempt: 1 };
  const resultOf = (result: unknown) => {
    const [record] = written((batch) => batch.completed(1, which, 1, result));
    return record;
  };
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each([
    ['an object', { a: [1, 'x', null] }, { result: { a: [1, 'x', null] } }],
    ['a number', 5, { result: 5 }],
    ['false', false, { result: false }],
    ['what JSON writes in its own way', new Date(0), { result: '1970-01-01T00:00:00.000Z' }],
    ['the largest text', 'x'.repeat(MAX_RESULT_BYTES - 2), { result: 'x'.repeat(MAX_RESULT_BYTES - 2) }],
    ['one character more', 'x'.repeat(MAX_RESULT_BYTES - 1), { isResultTooLarge: true }],
    ['few characters of many bytes', 'ä'.repeat(600), { isResultTooLarge: true }],
    ['a long list', Array(2_000).fill(0), { isResultTooLarge: true }],
    ['bytes', Buffer.alloc(5_000), { isResultTooLarge: true }],
  ])('is kept when it is small: %s', (_what, result, expected) => {
    expect(resultOf(result)).toMatchObject(expected);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a function', () => 1],
    ['what becomes nothing in JSON', { toJSON: () => circle.missing }],
  ])('is none when it is %s', (_what, result) => {
    const record = resultOf(result);
    expect(record).toMatchObject({ kind: 'completed', milliseconds: 1 });
    expect(record).not.toHaveProperty('result');
    expect(record).not.toHaveProperty('isResultTooLarge');
  });

  it.each([
    ['a circle, which does not hang', circle],
    ['a number that JSON has not', 10n],
    ['an object that has one in it', { count: 10n, name: 'x' }],
    [
      'what throws',
      {
        toJSON: () => {
          throw new Error('not now');
        },
      },
    ],
  ])('that JSON cannot say is told as one that is not kept: %s', (_what, result) => {
    expect(resultOf(result)).toMatchObject({ isResultTooLarge: true });
  });
});

describe('what others wrote into the stream', () => {
  it('is never understood by throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (content) => {
        expect(Array.isArray(readRecords(Buffer.from(content)))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(fc.oneof(fc.constantFrom(...Object.values(KIND)), fc.jsonValue()))), (records) => {
        const batch = readRecords(Buffer.from(JSON.stringify([1, 'w', 0, ...records])));
        expect(Array.isArray(batch)).toBe(true);
      }),
    );
  });

  it.each([
    ['no JSON', 'x'],
    ['no batch', '{}'],
    ['a later version', '[2,"w",0,["n","a","q"],["s",0,"a",0,1]]'],
    ['a later kind', '[1,"w",0,["n","a","q"],["?",0,"a",0,1]]'],
    ['a name that is not there', '[1,"w",0,["s",0,"a",3,1]]'],
    ['an id that is none', `[1,"w",0,["n","a","q"],["s",0,"${'a'.repeat(513)}",0,1]]`],
    ['an id with half a surrogate pair', '[1,"w",0,["n","a","q"],["s",0,"a\\ud800",0,1]]'],
    ['a time that is none', '[1,"w",0,["n","a","q"],["s",1e300,"a",0,1]]'],
  ])('is left out: %s', (_what, content) => {
    expect(readRecords(Buffer.from(content))).toEqual([]);
  });
});

it('cuts long names, errors and stacks', () => {
  const which = { id: 'a', name: 'n'.repeat(300), queue: 'q', attempt: 1 };
  const [record] = written((batch) =>
    batch.deadLettered(1, which, 'failed', { error: 'x'.repeat(9_000), stack: 'y'.repeat(9_000), milliseconds: 5 }),
  );
  expect(record).toMatchObject({ name: 'n'.repeat(255), error: 'x'.repeat(1_000), stack: 'y'.repeat(4_000) });
});
