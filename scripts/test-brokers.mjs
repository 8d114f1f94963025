// npm run test:brokers [-- versions] [-- jest arguments]: the integration tests on other versions of RabbitMQ.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTHER_VERSIONS, obtainOtherVersion } from './lib/broker/other-versions.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { Voice } from './lib/say.mjs';
import { readArguments, summaryLine } from './lib/test-brokers.mjs';

const usage = `npm run test:brokers [-- versions] [-- jest arguments]

Runs the integration tests on other versions of RabbitMQ than the machine's, one after the other: ${OTHER_VERSIONS.join(', ')}.
Each is downloaded once, from Debian's packages, into .rabbitmq/brokers/ (WARREN_STATE_DIR names another folder than
.rabbitmq/); delete a folder there to have it downloaded anew. Needs apt and Linux user namespaces, and not root.

  npm run test:brokers -- 4.3
  npm run test:brokers -- 4.0 4.3 -- --testPathPatterns stopping

  --help   this text`;

const INTERRUPTED = 130;

const voice = new Voice({ stream: process.stderr });
let isInterrupted = false;
/** @type {string | undefined} */
let reports;

try {
  const { versions, jestArguments, help } = readArguments(process.argv.slice(2), OTHER_VERSIONS);
  if (help) voice.line(usage);
  else process.exitCode = await testOn(versions, jestArguments);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
} finally {
  if (reports !== undefined) rmSync(reports, { recursive: true });
}

/** @param {readonly string[]} versions @param {readonly string[]} jestArguments @returns {Promise<number>} the exit code */
async function testOn(versions, jestArguments) {
  await installDependencies(voice);
  // All of them first: a machine that cannot have one says so before the tests of another have run for minutes.
  const brokers = [];
  for (const version of versions) brokers.push(await obtainOtherVersion(version, voice));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (isInterrupted = true));
  reports = mkdtempSync(join(tmpdir(), 'warren-brokers-'));
  const results = [];
  for (const broker of brokers) {
    results.push(await testOne(broker, jestArguments, join(reports, `${broker.version}.json`)));
    if (isInterrupted) return INTERRUPTED;
  }
  voice.line();
  for (const { line, code } of results) {
    if (code === 0) voice.done('tests', line);
    else voice.fail(`tests     ${line}`);
  }
  return Math.max(...results.map(({ code }) => code));
}

/** @param {{ bin: string, version: string }} broker @param {readonly string[]} jestArguments @param {string} report */
async function testOne({ bin, version }, jestArguments, report) {
  voice.line(`\nRabbitMQ ${version}`);
  const env = { ...process.env, WARREN_RABBITMQ_BIN: bin };
  const startedAt = Date.now();
  // A test that fails may leave something open, and the next broker has its turn all the same.
  const always = ['--selectProjects', 'integration', '--forceExit', '--json', `--outputFile=${report}`];
  const code = await runJest([...always, ...jestArguments], env);
  return { code, line: summaryLine(version, readReport(report), Date.now() - startedAt) };
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
