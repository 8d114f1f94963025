import * as fc from 'fast-check';
import { z } from 'zod';
import { ConfigurationError } from './errors';
import { describeSettings, readSettings, setting, wholeNumber } from './settings';
import type { Environment, Settings } from './settings';

const group = {
  host: setting({ env: ['HOST'], schema: z.string().default('localhost'), doc: 'Where it listens.' }),
  port: setting({
    env: ['PORT', 'OLD_PORT'],
    schema: wholeNumber(1, 65_535).default(3_000),
    doc: 'A port | a number.',
  }),
  mode: setting({ env: ['MODE'], schema: z.enum(['on', 'off'], { error: 'must be on or off' }), doc: 'Needed.' }),
  token: setting({
    env: ['TOKEN'],
    schema: z.string().regex(/^\w+$/, 'must be a word').optional(),
    doc: 'A secret.',
    secret: true,
  }),
};

function problemsOf(settings: Settings, environment: Environment): ConfigurationError['problems'] {
  try {
    readSettings(settings, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('reading settings', () => {
  it('gives each its value, or its default', () => {
    expect(readSettings(group, { PORT: '80', MODE: 'on', UNKNOWN: 'x' })).toEqual({
      host: 'localhost',
      port: 80,
      mode: 'on',
    });
  });

  it.each<[string, Environment, number]>([
    ['the first variable that is set', { PORT: '1', OLD_PORT: '2' }, 1],
    ['the next one when the first is not set', { OLD_PORT: '2' }, 2],
    ['the next one when the first is empty', { PORT: '', OLD_PORT: '2' }, 2],
    ['the default when all are empty', { PORT: '', OLD_PORT: '' }, 3_000],
  ])('looks at %s', (_what, environment, port) => {
    expect(readSettings(group, { MODE: 'on', ...environment }).port).toBe(port);
  });

  it('lists every wrong variable, each with its own name and value', () => {
    expect(problemsOf(group, { OLD_PORT: '70000', MODE: 'maybe', TOKEN: 'two words' })).toEqual([
      { path: 'OLD_PORT', message: 'must be a whole number from 1 to 65535 (it is "70000")' },
      { path: 'MODE', message: 'must be on or off (it is "maybe")' },
      { path: 'TOKEN', message: 'must be a word' },
    ]);
  });

  it('says of a variable that is missing what it must be', () => {
    expect(problemsOf(group, {})).toEqual([{ path: 'MODE', message: 'is not set; must be on or off' }]);
  });

  it('never tells the value of a secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const secret = `sEcReT ${text}`;
        expect(() => readSettings(group, { MODE: 'on', TOKEN: secret })).toThrow(ConfigurationError);
        expect(() => readSettings(group, { MODE: 'on', TOKEN: secret })).not.toThrow(/sEcReT/);
      }),
    );
  });

  it('shows no more of a wrong value than its beginning, and no control characters', () => {
    const [problem] = problemsOf(group, { MODE: `\u001b[31m\n  OTHER: is wrong${'x'.repeat(1_000)}` });
    expect(problem?.message).not.toMatch(/\p{Cc}/u);
    expect(problem?.message.length).toBeLessThan(200);
  });
});

describe('a whole number', () => {
  const read = (text: string) => wholeNumber(10, 20_000).safeParse(text);

  it('is read from its digits, within its limits', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 30_000 }), (number) => {
        const isWithin = number >= 10 && number <= 20_000;
        expect(read(String(number))).toMatchObject(isWithin ? { success: true, data: number } : { success: false });
      }),
    );
  });

  it.each(['', ' 11', '11 ', '+11', '-11', '11.0', '1e3', '0x20', 'NaN', 'Infinity', '١٢', '9'.repeat(400)])(
    'is not "%s"',
    (text) => {
      expect(read(text).success).toBe(false);
    },
  );
});

describe('the manual of settings', () => {
  it('is a table: variable and what is looked at next, default, what it does', () => {
    expect(describeSettings(group)).toBe(
      [
        '| Variable | Default | What it does |',
        '| --- | --- | --- |',
        '| `HOST` | `localhost` | Where it listens. |',
        '| `PORT`, then `OLD_PORT` | `3000` | A port \\| a number. |',
        '| `MODE` | not set | Needed. |',
        '| `TOKEN` | not set | A secret. |',
      ].join('\n'),
    );
  });

  it('shows defaults as they are written into the variable', () => {
    const written = {
      flag: setting({
        env: ['FLAG'],
        schema: z
          .enum(['on', 'off'])
          .default('on')
          .transform((text) => text === 'on'),
        doc: 'A flag.',
      }),
      list: setting({ env: ['LIST'], schema: z.array(z.string()).default(['a', 'b']), doc: 'A list.' }),
    };
    expect(describeSettings(written)).toContain('| `FLAG` | `on` | A flag. |');
    expect(describeSettings(written)).toContain('| `LIST` | `a,b` | A list. |');
  });
});
