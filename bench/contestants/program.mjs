// node program.mjs <module> <trial>: the process of a contestant that is written for Node. Speaks the driver's lines (bench/README.md)
// and leaves the work to the module, which exports `kinds`.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [path = '', text = ''] = process.argv.slice(2);
const trial = /** @type {import('../src/trial.js').Trial} */ (JSON.parse(text));

// Standard output is the driver's: what a logger writes goes to the log with all else.
const writeLine = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

process.on('uncaughtException', giveUp);

const { kinds } = /** @type {{ kinds: import('../src/trial.js').Kinds }} */ (await import(pathToFileURL(path).href));
const prepare = kinds[trial.kind];
if (prepare === undefined) giveUp(new Error(`there is no ${trial.kind} here`));
const preparing = prepare(trial, tell);
const commands = createInterface({ input: process.stdin });
commands.on('line', () => void run().catch(giveUp));
commands.on('close', () => void stop().catch(giveUp));
const prepared = await preparing;
if (trial.kind === 'start') tell(await prepared.run());
else tell({ ready: true, again: prepared.isRepeatable === true });

async function run() {
  const ready = await preparing;
  tell({ done: true, ...(await ready.run()) });
}

async function stop() {
  const ready = await preparing;
  await ready.close();
  process.exit(0);
}

/** @type {import('../src/trial.js').Tell} */
function tell(line) {
  writeLine(`${JSON.stringify(line)}\n`);
}

/** The sentence of an error is for the driver, its stack for the log. @param {Error} error @returns {never} */
function giveUp(error) {
  tell({ error: error.message });
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}
