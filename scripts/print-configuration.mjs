// Writes docs/configuration.md from the settings' schemas. Those are TypeScript, which jest compiles: the page's own test
// (test/unit/configuration-docs.spec.ts) prints it before it compares when it is told to.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { root } from './lib/checkout.mjs';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const args = [jest, '--selectProjects', 'unit', '--testPathPatterns', 'configuration-docs'];
const env = { ...process.env, WARREN_PRINT_CONFIGURATION: 'yes' };
process.exitCode = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1;
