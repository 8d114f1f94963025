// node program.mjs <module> <job>: the process of a contestant that is written for Node. Speaks the driver's lines (bench/README.md)
// and leaves the work to the module, which exports `kinds`.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [path = '', text = ''] = process.argv.slice(2);
const job = /** @type {import('../src/job.js').Job} */ (JSON.parse(text));

// Standard output is the driver's: what a logger writes goes to the log with all else.
const writeLine = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

process.on('uncaughtException', giveUp);

const { kinds } = /** @type {{ kinds: import('../src/job.js').Kinds }} */ (await import(pathToFileURL(path).href));
const prepare = kinds[job.kind];
if (prepare === undefined) giveUp(new Error(`there is no ${job.kind} here`));
const preparing = prepare(job, tell);
const commands = createInterface({ input: process.stdin });
commands.on('line', () => void run().catch(giveUp));
commands.on('close', () => void stop().catch(giveUp));
const prepared = await preparing;
if (job.kind === 'start') tell(await prepared.run());
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

/** @type {import('../src/job.js').Tell} */
function tell(line) {
  writeLine(`${JSON.stringify(line)}\n`);
}

/** The sentence of an error is for the driver, its stack for the log. @param {Error} error @returns {never} */
function giveUp(error) {
  tell({ error: error.message });
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}
