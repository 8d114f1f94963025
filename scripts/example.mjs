// npm run example [-- names]: runs examples of examples/src against a broker; lists them without a name.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findBroker } from './lib/broker/find-broker.mjs';
import { inCheckout, root } from './lib/checkout.mjs';
import { compile } from './lib/compile.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

const SOURCES = 'examples/src';
const WRONG_USAGE = 2;

// Standard output is the examples' own.
const voice = new Voice({ stream: process.stderr });

const examples = readdirSync(inCheckout(SOURCES)).flatMap((file) => /^(\d\d-[^.]*)\.ts$/.exec(file)?.[1] ?? []);

/** @param {string} url the broker @param {readonly string[]} names @returns {Promise<number>} the exit code */
async function run(url, names) {
  const program = join(await compile('examples', [SOURCES]), SOURCES, 'run.js');
  const env = { ...process.env, AMQP_URL: url };
  const child = spawn(process.execPath, [program, ...names], { cwd: root, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

try {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !examples.includes(name));
  if (unknown.length > 0)
    throw new Failure(`there is no example ${unknown.join(', ')}; there are ${examples.join(', ')}`, WRONG_USAGE);
  if (names.length === 0) {
    process.stdout.write(`npm run example -- <names>\n\n${examples.map((name) => `  ${name}\n`).join('')}`);
  } else {
    await installDependencies(voice);
    const { url, node } = await findBroker(voice);
    try {
      process.exitCode = await run(url, names);
    } finally {
      await node?.stop();
    }
  }
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
