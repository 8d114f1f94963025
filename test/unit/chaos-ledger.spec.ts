import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runModule } from '../support/run-module';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warren-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, ...lines: string[]): void =>
  appendFileSync(join(folder, file), lines.map((line) => `${line}\n`).join(''));

/** What a ledger made of the folder's files says. */
const read = (then: string): Promise<unknown> =>
  runModule(
    'chaos/ledger.mjs',
    `async ({ Ledger }, folder) => {
      const { appendFileSync } = await import('node:fs');
      const ledger = new Ledger(folder);
      ledger.read();
      ${then}
    }`,
    folder,
  );

/** What the verdict is on these tasks. */
const judge = (tasks: readonly object[], deletions: readonly number[] = []): Promise<unknown> =>
  runModule('chaos/verdict.mjs', '({ judge }, { tasks, deletions }) => judge(tasks, deletions)', { tasks, deletions });

const task = (id: string, rest: object = {}): object => ({
  id,
  kind: 'ordinary',
  begunAt: 100,
  dueAt: 100,
  done: 0,
  dead: [],
  ...rest,
});

describe('the ledger of a chaos run', () => {
  it('puts together what several processes have written, in whatever order it is read', async () => {
    write('a-worker.log', 'begun p-1 1 105', 'done p-1 1 110', 'begun p-1 1 120', 'done p-1 1 125', 'done p-9 1 130');
    write(
      'b-producer.log',
      'added p-1 ordinary 100 100 104',
      'added p-2 failing 101 101 106',
      'added p-3 delayed 102 602 107',
    );
    write(
      'c-dead-letters.log',
      'dead p-2 attempts-exhausted 300',
      'dead p-2 crash-loop 301',
      'dead p-2 crash-loop 302',
    );
    expect(await read('return { tasks: ledger.tasks, open: ledger.open }')).toEqual({
      tasks: [
        { id: 'p-1', kind: 'ordinary', begunAt: 100, dueAt: 100, done: 2, dead: [], endedAt: 110 },
        { id: 'p-2', kind: 'failing', begunAt: 101, dueAt: 101, done: 0, dead: ['attempts-exhausted', 'crash-loop'] },
        { id: 'p-3', kind: 'delayed', begunAt: 102, dueAt: 602, done: 0, dead: [] },
      ],
      open: 1,
    });
  });

  it('goes on where it stopped, and waits for the rest of a line', async () => {
    writeFileSync(join(folder, 'a.log'), 'added p-1 ordinary 100 100 104\ndone p-');
    const found = await read(`
      const before = ledger.open;
      appendFileSync(folder + '/a.log', '1 1 110\\n');
      return [before, ledger.read(), ledger.open];`);
    expect(found).toEqual([1, 1, 0]);
  });

  it('tells all it knows of a task that is open, and nothing of one that is done', async () => {
    write('worker.log', 'begun p-1 1 110', 'failed p-1 1 115', 'begun p-2 1 110', 'done p-2 1 111');
    write(
      'zz-producer.log',
      'refused p-1 ConfirmTimeoutError 90',
      'added p-1 flaky 95 95 100',
      'added p-2 ordinary 95 95 100',
    );
    expect(await read("return [ledger.traceOf('p-1'), ledger.traceOf('p-2'), ledger.refusals]")).toEqual([
      [
        'zz-producer.log: refused p-1 ConfirmTimeoutError 90',
        'zz-producer.log: added p-1 flaky 95 95 100',
        'worker.log: begun p-1 1 110',
        'worker.log: failed p-1 1 115',
      ],
      [],
      { ConfirmTimeoutError: 1 },
    ]);
  });
});

describe('the verdict of a chaos run', () => {
  const none = { sent: 0, done: 0, deadLettered: 0, lost: 0, runTwice: 0, gone: 0 };

  it('calls a task lost that is neither done nor in a dead-letter queue', async () => {
    const tasks = [
      task('1', { done: 1 }),
      task('2', { done: 2 }),
      task('3', { kind: 'failing', dead: ['attempts-exhausted'] }),
      task('4'),
    ];
    expect(await judge(tasks)).toMatchObject({
      kept: { sent: 4, done: 2, deadLettered: 1, lost: 1, runTwice: 1, gone: 0 },
      sacrificed: none,
      lost: [{ id: '4' }],
      reasons: { 'attempts-exhausted': 1 },
      surprises: [],
    });
  });

  it('counts a task that was put aside and then done as done', async () => {
    expect(await judge([task('1', { done: 1, dead: ['crash-loop'] })])).toMatchObject({
      kept: { sent: 1, done: 1, deadLettered: 0, lost: 0 },
    });
  });

  it.each([
    ['ordinary', 'crash-loop', 'broker:delivery_limit', 'attempts-exhausted'],
    ['failing', 'crash-loop', 'broker:delivery_limit', 'unknown-task'],
    ['invalid', 'crash-loop', 'broker:expired', 'attempts-exhausted'],
  ])('names what was put aside for another reason than its kind has: %s', async (kind, ...reasons) => {
    const surprises = reasons.map((reason) => task(reason, { kind, dead: [reason] }));
    const doneAsWell = task('done', { kind, done: 1, dead: ['crash-loop'] });
    const verdict = (await judge([...surprises, doneAsWell])) as { surprises: unknown };
    expect(verdict.surprises).toEqual([...surprises, doneAsWell]);
  });

  it('is sound when nothing was lost and nothing was put aside that should have worked', async () => {
    const isSound = async (...tasks: object[]): Promise<unknown> =>
      runModule('chaos/verdict.mjs', '({ judge, isSound }, tasks) => isSound(judge(tasks, []))', tasks);
    const fine = [
      task('1', { done: 2 }),
      task('2', { kind: 'failing', dead: ['attempts-exhausted'] }),
      task('3', { kind: 'invalid', dead: ['invalid-payload'] }),
      task('4', { kind: 'unknown', dead: ['unknown-task'] }),
    ];
    expect([
      await isSound(...fine),
      await isSound(...fine, task('lost')),
      await isSound(...fine, task('condemned', { done: 1, dead: ['crash-loop'] })),
    ]).toEqual([true, false, false]);
  });

  it('excuses only what may have been in the queue when it was deleted', async () => {
    const sacrificed = { kind: 'sacrificed' };
    const tasks = [
      task('before', { ...sacrificed, begunAt: 199, dueAt: 199 }),
      task('delayed and due before', { ...sacrificed, begunAt: 100, dueAt: 200 }),
      task('delayed and due after', { ...sacrificed, begunAt: 100, dueAt: 201 }),
      task('done', { ...sacrificed, begunAt: 199, dueAt: 199, done: 1 }),
      task('after', { ...sacrificed, begunAt: 201, dueAt: 201 }),
      task('elsewhere', { begunAt: 199, dueAt: 199 }),
    ];
    expect(await judge(tasks, [150, 200])).toMatchObject({
      kept: { sent: 1, lost: 1 },
      sacrificed: { sent: 5, done: 1, gone: 2, lost: 2 },
      lost: [{ id: 'delayed and due after' }, { id: 'after' }, { id: 'elsewhere' }],
    });
  });
});
