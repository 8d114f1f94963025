import { join } from 'node:path';

/** The pages' modules are plain JavaScript, without declared types. */
const load = <T extends object>(file: string): T => jest.requireActual<T>(join(__dirname, 'web', file));

const { inert, inertLine } = load<{
  inert: (text: unknown) => string;
  inertLine: (text: unknown, length?: number) => string;
}>('lib/inert.js');
const { count, rate, duration, relative, bytes, clock } = load<Record<string, (...values: unknown[]) => string>>(
  'lib/format.js',
) as {
  [name in 'count' | 'rate' | 'duration' | 'relative' | 'bytes' | 'clock']: (...values: unknown[]) => string;
};
const { quoted, command, deadLettersCommand } = load<{
  quoted: (word: string) => string;
  command: (action: string, options: Record<string, string>, ...words: string[]) => string | undefined;
  deadLettersCommand: (action: string, queue: string, ids?: readonly string[]) => string | undefined;
}>('lib/commands.js');

describe('a stranger’s text', () => {
  it('cannot turn round or hide what stands beside it', () => {
    expect(inert('a\u202egnp.exe')).toBe('a\\u202egnp.exe');
    expect(inert('\u0000\u001b[2J\u2066x\ud800')).toBe('\\u0000\\u001b[2J\\u2066x\\ud800');
  });

  it('keeps what is only another script: emoji made of several, Hebrew, Arabic, line breaks', () => {
    for (const text of ['👩‍👩‍👧‍👦 ok', 'שלום', 'مرحبا', 'two\nlines\tand tabs']) expect(inert(text)).toBe(text);
  });

  it('is cut between characters, on one line', () => {
    expect(inertLine('🎈'.repeat(300), 10)).toBe(`${'🎈'.repeat(9)}…`);
    expect(inertLine('a\n\n b')).toBe('a b');
    expect(inertLine('x'.repeat(1_000_000)).length).toBe(200);
  });
});

describe('numbers for people', () => {
  it.each([
    [0, '0 ms'],
    [310.4, '310 ms'],
    [999.6, '1 s'],
    [4_230, '4.2 s'],
    [42_000, '42 s'],
    [59_999, '1 min'],
    [150_000, '2.5 min'],
    [3 * 3_600_000, '3 h'],
    [90 * 86_400_000, '90 d'],
    [undefined, '–'],
    [null, '–'],
  ])('say %s milliseconds as %s', (value, text) => {
    expect(duration(value)).toBe(text);
  });

  it('say times from now, counts, rates and bytes', () => {
    expect([relative(0, 60_000), relative(64_000, 60_000), relative(60_400, 60_000)]).toEqual([
      '1 min ago',
      'in 4 s',
      'now',
    ]);
    expect([count(1_204), count(undefined), rate(41.25), rate(0.04), rate(1_204.6)]).toEqual([
      '1,204',
      '–',
      '41.3',
      '0',
      '1,205',
    ]);
    expect([bytes(512), bytes(1_048_576), bytes(40_000)]).toEqual(['512 bytes', '1 MB', '40 kB']);
  });
});

describe('the time below a chart', () => {
  it('has the hours of a day, and seconds where minutes would be the same', () => {
    expect([clock(1_795_348_800 + 47_103, 300), clock(1_795_348_800 + 47_103, 30)]).toEqual([
      expect.stringMatching(/^\d\d:\d\d$/),
      expect.stringMatching(/^\d\d:\d\d:03$/),
    ]);
  });
});

describe('the command line of an action', () => {
  it('is what a shell reads as the same words', () => {
    expect(command('pause', { reason: "it's bad; rm -rf $HOME" }, 'images')).toBe(
      `npx warren pause --reason 'it'\\''s bad; rm -rf $HOME' -- 'images'`,
    );
    expect(command('tasks', { reason: '' })).toBe('npx warren tasks');
    expect(quoted('018f3a5e-7c1a')).toBe('018f3a5e-7c1a');
    expect(quoted('')).toBe("''");
  });

  it('names dead letters one by one, and is none where no ids mean just these; it never agrees beforehand', () => {
    expect(deadLettersCommand('purge', 'images', ['a', 'b c'])).toBe(
      `npx warren dead-letters purge --queue images -- 'a' 'b c'`,
    );
    expect(deadLettersCommand('redrive', 'images', undefined)).toBeUndefined();
    expect(deadLettersCommand('redrive', 'images', [])).toBeUndefined();
  });

  it.each(['--all', '--yes', '-h', '--'])('takes no id for an option: %s', (id) => {
    expect(deadLettersCommand('purge', 'images', ['a', id])).toBe(
      `npx warren dead-letters purge --queue images -- 'a' '${id}'`,
    );
  });

  it.each([
    ['a direction mark', 'a\u202eb'],
    ['an escape', '\u001b[2Ja'],
    ['a line break', 'a\nnpx warren dead-letters purge --all --yes'],
    ['a tab', 'a\tb'],
    ['half a pair', '\ud800'],
    ['what has no width', 'a\u200bb'],
  ])('is none where a word is not what it looks like: %s', (_what, word) => {
    expect(command('task', {}, word)).toBeUndefined();
    expect(command('pause', { reason: word }, 'images')).toBeUndefined();
    expect(deadLettersCommand('purge', 'images', ['a', word])).toBeUndefined();
  });
});

describe('what a dialog and an announcement say', () => {
  it('turns nothing round that stands beside a stranger’s name', () => {
    const set: unknown[] = [];
    const preact = {
      html: () => null,
      useEffect: () => undefined,
      useRef: () => ({}),
      useState: () => [undefined, (value: unknown) => set.push(value)],
    };
    jest.doMock(join(__dirname, 'web/vendor/preact.js'), () => preact, { virtual: true });
    const globals = globalThis as { document?: unknown };
    globals.document = { activeElement: null };
    const { DialogHost, Announcer, confirmAction, tell } = load<
      Record<'DialogHost' | 'Announcer', () => void> & {
        confirmAction: (request: { title: string }) => unknown;
        tell: (text: string) => void;
      }
    >('lib/dialog.js');
    DialogHost();
    Announcer();
    void confirmAction({ title: 'Stop a\u202eb?' });
    tell('a\u202eb was asked to stop.');
    delete globals.document;
    expect(set).toContainEqual(expect.objectContaining({ title: 'Stop a\\u202eb?' }));
    expect(set).toContain('a\\u202eb was asked to stop.');
  });
});

describe('the banner', () => {
  const said = (broker: object): string => {
    const texts = (strings: readonly string[], ...values: unknown[]): string =>
      String.raw({ raw: strings }, ...values.map((value) => (value === false ? '' : value)));
    jest.resetModules();
    jest.doMock(join(__dirname, 'web/vendor/preact.js'), () => ({ html: texts }), { virtual: true });
    jest.doMock(join(__dirname, 'web/lib/live.js'), () => ({
      useLive: () => ({ overview: { broker, problems: [] } }),
    }));
    const { Banner } = load<{ Banner: () => string }>('chrome.js');
    return Banner();
  };

  it('says why the broker does not answer, and what it does not do while it answers', () => {
    expect(said({ state: 'away', problem: 'no\u202e answer' })).toContain('does not answer (no\\u202e answer)');
    expect(said({ state: 'open', problem: 'it takes no tasks: low on disk' })).toContain(
      'The broker answers, but it takes no tasks: low on disk.',
    );
    expect(said({ state: 'open' })).not.toContain('The broker');
  });
});
