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

  it.each(['nonsense', '', 'add-3'])('are refused when none begins with %j', async (wish) => {
    await expect(chosen(['add', wish], false)).rejects.toThrow(`no case begins with ${JSON.stringify(wish)}`);
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

describe('the tasks of a case', () => {
  interface Counted {
    readonly name: string;
    readonly count: number;
    readonly own: Readonly<Record<string, { readonly count?: number } | undefined>>;
  }

  /** How many tasks the cases of rates have, and whoever has another number. */
  const counted = (isQuick: boolean): Promise<readonly Counted[]> =>
    runModule(
      '../../bench/lib/cases.mjs',
      `({ allCases }, isQuick) => allCases(isQuick)
        .filter(({ figure, name }) => figure === 'rate' && !name.startsWith('cpu'))
        .map(({ name, trial, participants }) => ({
          name,
          count: trial.count,
          own: Object.fromEntries(participants.filter(({ label }) => !label).map(({ contestant, trial }) => [contestant, trial])),
        }))`,
      isQuick,
    ) as Promise<readonly Counted[]>;

  it.each([false, true])('are at least 500 for everybody who is compared by rates (quick: %j)', async (isQuick) => {
    for (const { name, count, own } of await counted(isQuick)) {
      // Nest's client waits 40 ms with each.
      const others = Object.entries(own).filter(([who]) => who !== 'nest' || !name.startsWith('add-1-10k'));
      for (const [who, trial] of others) {
        expect([name, who, (trial?.count ?? count) >= 500]).toEqual([name, who, true]);
        expect([name, who, (trial?.count ?? count) <= count]).toEqual([name, who, true]);
      }
    }
  });

  it('are fewer for who is slow at it', async () => {
    const cases = new Map((await counted(false)).map(({ name, ...rest }) => [name, rest]));
    expect(cases.get('handle-100-quorum')).toMatchObject({
      count: 80_000,
      own: { warren: {}, celery: { count: 12_000 }, 'bullmq-always': { count: 20_000 } },
    });
    expect(cases.get('handle-1-quorum')?.own['bullmq-always']).toEqual({});
    expect(cases.get('add-256-200-quorum')).toMatchObject({ count: 60_000, own: { pika: { count: 3_000 } } });
  });
});

describe('what npm run bench is asked for', () => {
  it('is all of it, in full, unless said otherwise', async () => {
    expect(await read({})).toEqual({ isQuick: false, isList: false, only: [], contestants: ['amqplib', 'warren'] });
  });

  it('are lists with commas, numbers and files', async () => {
    const values = {
      quick: true,
      only: 'handle, add',
      contestants: 'warren',
      rounds: '5',
      markdown: 'a.json, b.json',
      goals: 'c.json',
    };
    expect(await read(values)).toEqual({
      isQuick: true,
      isList: false,
      only: ['handle', 'add'],
      contestants: ['warren'],
      rounds: 5,
      markdown: ['a.json', 'b.json'],
      goals: ['c.json'],
    });
  });

  it.each([
    [{ contestants: 'warren,nobody' }, '--contestants takes amqplib, warren, not'],
    [{ rounds: '0' }, '--rounds takes a whole number from 1 on'],
  ])('is refused when it cannot be meant: %j', async (values, sentence) => {
    await expect(read(values)).rejects.toThrow(sentence);
  });
});
