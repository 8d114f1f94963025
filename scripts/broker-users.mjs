// npm run broker:users -- [role ...]: prints the broker's users with the rights that they need. The program is the producer's, because
// the rights are made from the task definitions, which are TypeScript.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildApps } from './lib/build.mjs';
import { inCheckout, root } from './lib/checkout.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  const source = readFileSync(inCheckout('apps', 'producer', 'src', 'broker-users', 'usage.ts'), 'utf8');
  process.stdout.write(`${source.split('`')[3] ?? ''}\n`);
  process.exit();
}

try {
  const voice = new Voice({ stream: process.stderr }); // standard output is the program's own
  await installDependencies(voice);
  await buildApps(voice, ['producer']);
  const program = inCheckout('dist', 'apps', 'producer', 'apps', 'producer', 'src', 'broker-users.js');
  process.exitCode = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
