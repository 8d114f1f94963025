import * as fc from 'fast-check';
import { inertJson, inertLine, inertLines } from './inert-text';

const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001b', '\u009b', '\u0007', '\r', '\n', '\u202e', '\u2028', '\u{e0041}', '\ud800', '\u007f', '│'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

describe('a stranger’s text', () => {
  it('does nothing to a terminal, on one line', () => {
    fc.assert(fc.property(hostile, (text) => expect(inertLine(text)).not.toMatch(HARMFUL)));
  });

  it('does nothing on several lines either, and forges none of them', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = inertLines(text, '| ').split('\n');
        expect(lines.filter((line) => !line.startsWith('| ') || HARMFUL.test(line))).toEqual([]);
      }),
    );
  });

  it('does nothing as JSON, and is the same when it is read', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = inertJson({ text });
        expect(line).not.toMatch(HARMFUL);
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
  });

  it('stays as it is when it is harmless', () => {
    expect(inertLine('Größe: 3 µm, "日本語", C:\\temp 🙂')).toBe('Größe: 3 µm, "日本語", C:\\temp 🙂');
    expect(inertLine('a\tb\nc\u001b[31m')).toBe('a\\tb\\nc\\u001b[31m');
  });
});
