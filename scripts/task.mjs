// npm run task [-- words]: the tutorial's new_task.py. Adds the words as one task, "Hello World!" without words.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findBroker } from './lib/broker/find-broker.mjs';
import { buildApps } from './lib/build.mjs';
import { inCheckout, root } from './lib/checkout.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

const PROGRAM = inCheckout('dist', 'apps', 'producer', 'apps', 'producer', 'src', 'new-task.js');

// Standard output is the program's own line alone.
const voice = new Voice({ stream: process.stderr });

/** @param {string} url the broker @param {readonly string[]} words @returns {Promise<number>} its exit code */
async function addTask(url, words) {
  const env = { ...process.env, AMQP_URL: url };
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: root, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

const words = process.argv.slice(2);
if (words.length === 1 && words[0] === '--help') {
  process.stdout.write(
    'npm run task [-- words]: adds the words as one task of the tutorial, "Hello World!" without words.\n',
  );
  process.exit();
}

try {
  await installDependencies(voice);
  await buildApps(voice, ['producer']);
  const { url, description, node } = await findBroker(voice);
  voice.done('broker', description);
  try {
    process.exitCode = await addTask(url, words);
  } finally {
    await node?.stop(); // the task stays in its queue for the next start
  }
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
