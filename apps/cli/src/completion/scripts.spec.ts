import { execFileSync } from 'node:child_process';
import { completionScript, shells } from './scripts';

describe('the shells’ part of the completion', () => {
  it('starts the program by its own words, whatever is in them', () => {
    for (const shell of shells) {
      expect(completionScript(shell, ["/opt/it's here/node", '/w/warren.mjs'])).toContain(
        `${String.raw`'/opt/it'\''s here/node'`} /w/warren.mjs words -- `,
      );
    }
    expect(completionScript('cmd', ['warren'])).toBeUndefined();
  });

  it('gives bash what the program says, for the words so far', () => {
    // Says which words it was asked with, in place of candidates.
    const program = ['printf', String.raw`%s\n`];
    const bash = [
      completionScript('bash', program),
      'COMP_WORDS=(warren add im)',
      'COMP_CWORD=2',
      '_warren',
      String.raw`printf '%s\n' "\${COMPREPLY[@]}"`.replace(String.raw`\$`, '$'),
    ].join('\n');
    expect(execFileSync('bash', ['-c', bash], { encoding: 'utf8' })).toBe('im\n');
  });
});
