import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { closingAfterEach } from '../support/closing';
import { TestProcess } from '../support/process';
import { projectRoot } from '../support/project-files';
import { Vhost } from '../support/vhost';

const closing = closingAfterEach();

/** Starts `warren` on a terminal of its own, and types these keys once this is on the screen. */
function onTerminal(keys: string, word: string, args: readonly string[], url: string): TestProcess {
  const command = ['test/support/on_a_terminal.py', keys, word, process.execPath, 'scripts/warren.mjs', ...args];
  const started = TestProcess.start('python3', command, { AMQP_URL: url, TERM: 'xterm' });
  closing({ close: () => started.stop() });
  return started;
}

describe('the built command line', () => {
  it('loads nothing of Nest, whatever command it carries out', () => {
    const program = `
      const main = require.resolve('./dist/apps/cli/apps/cli/src/main.js');
      require(main);
      const { commands } = require(main.replace('main.js', 'command-names.js'));
      Promise.all(Object.values(commands).map((load) => load())).then(() => {
        const loaded = Object.keys(require.cache);
        console.log(JSON.stringify([loaded.length, loaded.filter((file) => file.includes('@nestjs')).length]));
      });`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { cwd: projectRoot, encoding: 'utf8' });
    const [loaded, ofNest] = JSON.parse(stdout) as [number, number];
    expect(loaded).toBeGreaterThan(50);
    expect(ofNest).toBe(0);
  });

  it('is kept in one file, with what V8 has made of it, for its next start', () => {
    const { status, stdout } = spawnSync(process.execPath, ['scripts/warren.mjs', '--version'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
    const files = readdirSync(join(projectRoot, 'dist/apps/cli'));
    expect(files).toContain('warren.js');
    expect(files).toContainEqual(expect.stringMatching(/^warren\.js\.[\d.]+-[\d.]+-node\.\d+$/));
  });

  it.each([
    ['q', 0],
    ['\u0003', 0],
  ])('gives the terminal back when %j ends its live screen', async (key, code) => {
    const vhost = closing(await Vhost.open());
    const top = onTerminal(key, 'task_queue', ['top'], vhost.url);
    expect(await top.exit()).toEqual({ code, signal: null });
    const shown = top.stdout.join('\n');
    expect(shown).toContain('warren top');
    expect(shown.split('\u001b[?1049h')).toHaveLength(2);
    expect(shown.trimEnd().endsWith('\u001b[?1049l')).toBe(true);
  });
});
