import * as fc from 'fast-check';
import { RecordBatch } from './record-batch';
import { readRecords } from './record-reader';

const written = (write: (batch: RecordBatch) => void) => {
  const batch = new RecordBatch('host-1-abcd');
  write(batch);
  return readRecords(Buffer.from(batch.take()));
};

const at = fc.integer({ min: 0, max: 4_000_000_000_000 });

describe('records that differ in their ids and times', () => {
  it('are read in their order, each as if it had been written by itself', () => {
    const entry = fc.record({
      time: at,
      which: fc.integer({ min: 0, max: 1 }),
      end: fc.constantFrom('c', 'c', 'c', 'a', 'a', 's'),
    });
    const tasks = [
      { name: 'n', queue: 'q' },
      { name: 'm', queue: 'q' },
    ] as const;
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 60, size: 'max' }), (entries) => {
        const records = written((batch) => {
          for (const [index, { time, which, end }] of entries.entries()) {
            const task = { id: `id ${index}`, ...(tasks[which] ?? tasks[0]), attempt: 1 + (index % 2) };
            if (end === 'a') batch.added(time, task, 0, undefined);
            else if (end === 'c') batch.completed(time, task, index, undefined);
            else batch.started(time, task);
          }
        });
        expect(records).toEqual(
          entries.map(({ time, which, end }, index) => {
            const of = { at: time, worker: 'host-1-abcd', id: `id ${index}`, ...tasks[which] };
            const attempt = 1 + (index % 2);
            if (end === 'a') return { kind: 'added', ...of };
            if (end === 'c') return { kind: 'completed', ...of, attempt, milliseconds: index };
            return { kind: 'started', ...of, attempt };
          }),
        );
      }),
    );
  });

  it('say once what they have in common', () => {
    const batch = new RecordBatch('w');
    for (const id of ['a', 'b', 'c']) batch.completed(5, { id, name: 'n', queue: 'q', attempt: 1 }, 2, undefined);
    for (const id of ['d', 'e']) batch.added(6, { id, name: 'n', queue: 'q' }, 0, undefined);
    expect(batch.count).toBe(5);
    expect(JSON.parse(batch.take())).toEqual([
      1,
      'w',
      5,
      ['n', 'n', 'q'],
      ['C', 0, 1, [0, 0, 0], ['a', 'b', 'c'], [2, 2, 2]],
      ['A', 0, [1, 1], ['d', 'e']],
    ]);
  });

  it.each([
    ['a row without ids', '[1,"w",0,["n","a","q"],["C",0,1,[0],"ids",[1]]]'],
    ['a row without times', '[1,"w",0,["n","a","q"],["C",0,1,7,["a"],[1]]]'],
    ['a row whose columns are of unlike lengths', '[1,"w",0,["n","a","q"],["C",0,1,[],["a"],[]]]'],
  ])('are left out when others wrote them wrongly: %s', (_what, content) => {
    expect(readRecords(Buffer.from(content))).toEqual([]);
  });
});
