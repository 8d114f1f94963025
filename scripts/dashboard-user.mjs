// npm run dashboard:user -- NAME ROLE: makes an entry of DASHBOARD_USERS, with the hash of a password.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildApps, builtApp } from './lib/build.mjs';
import { root } from './lib/checkout.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

// Standard output is the entry alone.
const voice = new Voice({ stream: process.stderr });

try {
  await installDependencies(voice);
  await buildApps(voice, ['dashboard']);
  const args = [builtApp('dashboard', 'make-user'), ...process.argv.slice(2)];
  const [code] = await once(spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
