import { runModule } from '../support/run-module';

type Line = readonly [worker: string, event: string, id: string];

/** What a run sums up to: ids that were added (those with "bad" are meant to fail), and lines of the workers' logs. */
const sumUp = (added: readonly string[], lines: readonly Line[]) =>
  runModule(
    'demo/ledger.mjs',
    `({ Ledger, describeSummary }, { added, lines }) => {
      const ledger = new Ledger();
      for (const [worker, event, id] of lines) ledger.record(worker, { event, id });
      for (const id of added) ledger.add(id, { kind: 'any', isExpectedToFail: id.startsWith('bad') });
      return { line: describeSummary(ledger.summary()), isComplete: ledger.isComplete, running: ledger.running('b') };
    }`,
    { added, lines },
  );

describe('the summary of npm start', () => {
  it('counts what was completed and what was meant to fail', async () => {
    const lines: Line[] = [
      ['a', 'task.started', '1'],
      ['a', 'task.completed', '1'],
      ['b', 'task.started', 'bad'],
      ['b', 'task.dead-lettered', 'bad'],
    ];
    expect(await sumUp(['1', 'bad'], lines)).toEqual({
      line: 'added 2 · completed 1 · dead-lettered 1 (expected) · lost 0 · run twice 0',
      isComplete: true,
      running: [],
    });
  });

  it('calls a task lost that has no outcome', async () => {
    expect(await sumUp(['1', '2'], [['a', 'task.started', '1']])).toEqual({
      line: 'added 2 · completed 0 · dead-lettered 0 (expected) · lost 2 · run twice 0',
      isComplete: false,
      running: [],
    });
  });

  it('counts a task that a killed worker had begun once, as run twice', async () => {
    const lines: Line[] = [
      ['b', 'task.started', '1'],
      ['a', 'task.started', '1'],
      ['a', 'task.completed', '1'],
    ];
    expect(await sumUp(['1'], lines)).toEqual({
      line: 'added 1 · completed 1 · dead-lettered 0 (expected) · lost 0 · run twice 1',
      isComplete: true,
      running: ['1'],
    });
  });

  it('says when something failed that should have worked, or worked that should have failed', async () => {
    const lines: Line[] = [
      ['a', 'task.dead-lettered', '1'],
      ['a', 'task.completed', 'bad'],
    ];
    expect(await sumUp(['1', 'bad'], lines)).toMatchObject({
      line: 'added 2 · completed 1 · dead-lettered 1 (2 not as expected) · lost 0 · run twice 0',
    });
  });

  it('counts a task that was given back by its first worker and completed by the next as completed', async () => {
    const lines: Line[] = [
      ['b', 'task.started', '1'],
      ['b', 'task.requeued', '1'],
      ['a', 'task.started', '1'],
      ['a', 'task.completed', '1'],
    ];
    expect(await sumUp(['1'], lines)).toMatchObject({ isComplete: true, running: [] });
  });

  it('leaves tasks of earlier runs out', async () => {
    expect(await sumUp(['1'], [['a', 'task.completed', 'of-yesterday']])).toMatchObject({
      line: 'added 1 · completed 0 · dead-lettered 0 (expected) · lost 1 · run twice 0',
    });
  });
});
