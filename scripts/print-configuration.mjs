// Writes docs/configuration.md from the settings' schemas, the commands of docs/command-line.md, the rows of docs/tasks.md and, of bench/results.json, what README.md
// shows of it. Those are TypeScript, which jest compiles: each page's own test (test/unit/configuration-docs.spec.ts and its kin) prints it before it compares when it is told to.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { inCheckout, root } from './lib/checkout.mjs';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const args = [
  jest,
  '--selectProjects',
  'unit',
  '--testPathPatterns',
  'configuration-docs|command-line-docs|tasks-docs|bench-results-docs',
];
const env = { ...process.env, WARREN_PRINT_CONFIGURATION: 'yes' };
const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
const prettier = inCheckout('node_modules', 'prettier', 'bin', 'prettier.cjs');
spawnSync(process.execPath, [prettier, '--write', 'docs/tasks.md'], { cwd: root, stdio: 'ignore' });
process.exitCode = status ?? 1;
