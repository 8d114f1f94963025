import { runModule } from '../support/run-module';

/** The names of the cases that these wishes mean; a refusal's sentence is the error. */
const chosen = (wishes: readonly string[], isQuick: boolean): Promise<string[]> =>
  runModule(
    '../../bench/lib/cases.mjs',
    `({ allCases, chooseCases }, [wishes, isQuick]) =>
      chooseCases(allCases(isQuick), wishes, isQuick).map(({ name, participants }) => name + ': ' + participants.map(({ label, contestant }) => label ?? contestant))`,
    [wishes, isQuick],
  ) as Promise<string[]>;

const namesOf = (cases: readonly string[]): string[] => cases.map((text) => text.split(':')[0] ?? '');

/** What is read from these flags. */
const read = (values: Record<string, string | boolean>): Promise<unknown> =>
  runModule(
    '../../bench/lib/arguments.mjs',
    '({ readWishes }, values) => readWishes(values, ["amqplib", "warren"])',
    values,
  );

describe('the cases of the bench', () => {
  it('are chosen by the first words of their names, else by the first letters', async () => {
    expect(namesOf(await chosen(['handle-1'], false))).toEqual(['handle-1-quorum', 'handle-1-classic']);
    expect(namesOf(await chosen(['start', 'add-1-10'], false))).toEqual([
      'add-1-10k-quorum',
      'add-1-10k-classic',
      'start',
    ]);
    await expect(chosen(['nothing'], false)).rejects.toThrow('no case begins with "nothing"');
  });

  it('have names of their own', async () => {
    const names = namesOf(await chosen([], false));
    expect(names.length).toBeGreaterThan(30);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are fewer in a quick run, with those only whom a goal is about', async () => {
    const quick = await chosen([], true);
    expect(quick.length).toBeLessThan(20);
    expect(quick).toContain('add-256-200-quorum: amqplib,warren,bullmq-always');
    expect(quick).toContain('handle-16-quorum: amqplib,warren');
    expect(quick).toContain('add-1-10k-quorum: amqplib,warren');
    expect(quick).toContain('start: warren,nest');
  });

  it('can be measured quickly also when no goal is about them', async () => {
    expect(await chosen(['handle-4-classic'], true)).toEqual(['handle-4-classic: amqplib,warren']);
  });

  it('show what 10 KB cost without noDelay on a line of its own', async () => {
    const [text = ''] = await chosen(['add-1-10k-quorum'], false);
    expect(text).toContain('amqplib without noDelay');
  });
});

describe('what npm run bench is asked for', () => {
  it('is all of it, in full, unless said otherwise', async () => {
    expect(await read({})).toEqual({ isQuick: false, isList: false, only: [], contestants: [] });
  });

  it('are lists with commas, numbers and files', async () => {
    const values = {
      quick: true,
      only: 'handle, add',
      contestants: 'warren',
      rounds: '5',
      json: 'a.json',
      markdown: 'b',
    };
    expect(await read(values)).toEqual({
      isQuick: true,
      isList: false,
      only: ['handle', 'add'],
      contestants: ['warren'],
      rounds: 5,
      json: 'a.json',
      markdown: 'b',
    });
  });

  it.each([
    [{ contestants: 'warren,nobody' }, '--contestants takes amqplib, warren, not'],
    [{ rounds: '0' }, '--rounds takes a whole number from 1 on'],
  ])('is refused when it cannot be meant: %j', async (values, sentence) => {
    await expect(read(values)).rejects.toThrow(sentence);
  });
});
