import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runModule } from '../support/run-module';

let folder: string;

const write = (files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'at', name)), { recursive: true });
    writeFileSync(join(folder, 'at', name), text);
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warren-bundle-'));
  write({
    'main.js': `#!/usr/bin/env node
      const { basename } = require('node:path');
      const { twice } = require('a-package');
      const round = require('./round');
      const missing = () => { try { return require('nobody-has-it'); } catch (error) { return error.code; } };
      exports.answers = async () => [
        twice(3), require('./facts.json').name, round.first(), (await import('./later.js')).name,
        (await import('./es.mjs')).default, missing(), basename(__dirname) + '/' + basename(__filename),
        require(['.', 'by-a-name-of-run-time.js'].join('/')),
      ];`,
    'facts.json': '{ "name": "facts" }',
    'later.js': "exports.name = 'later';",
    'by-a-name-of-run-time.js': "module.exports = 'found by Node';",
    'round.js': "exports.second = () => 'round'; exports.first = require('./trip').first;",
    'trip.js': "const round = require('./round'); exports.first = () => round.second();",
    'node_modules/a-package/package.json': '{ "main": "lib.cjs" }',
    'node_modules/a-package/lib.cjs': 'exports.twice = (value) => 2 * value;',
    'es.mjs': "export default 'es';",
  });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Bundles the program, takes the bundle, or makes another one while the first still runs; what it answers, and whether V8 had what it
 * had made of it before.
 */
const answers = (what: 'bundle' | 'take' | 'change'): Promise<unknown> =>
  runModule(
    'bundle.mjs',
    `async ({ bundle, loadBundle }, { folder, what }) => {
      const { writeFileSync } = await import('node:fs');
      const before = what === 'change' ? loadBundle(folder + '/at/bundle.js') : undefined;
      await before?.program.answers();
      if (what === 'change') writeFileSync(folder + '/at/facts.json', '{ "name": "Facts" }');
      if (what !== 'take') await bundle(folder + '/at/main.js', folder + '/at/bundle.js');
      before?.keep();
      const { program, isKept, keep } = loadBundle(folder + '/at/bundle.js');
      const answers = await program.answers();
      keep();
      return { answers, isKept };
    }`,
    { folder, what },
  );

const expected = [6, 'facts', 'round', 'later', 'es', 'MODULE_NOT_FOUND', 'at/bundle.js', 'found by Node'];

describe('a program that is bundled into one file', () => {
  it('answers as it does from its own files, and the next time with what V8 has made of it', async () => {
    expect(await answers('bundle')).toEqual({ answers: expected, isKept: false });
    expect(await answers('take')).toEqual({ answers: expected, isKept: true });
  });

  it('is another program when it has changed, though it is as long as before', async () => {
    await answers('bundle');
    expect(await answers('change')).toEqual({ answers: expected.with(1, 'Facts'), isKept: false });
  });

  it('runs from another place when its checkout has been moved', async () => {
    await answers('bundle');
    const before = folder;
    folder = join(tmpdir(), `${Math.random()}`);
    renameSync(before, folder);
    expect(await answers('take')).toMatchObject({ answers: expected });
  });
});
