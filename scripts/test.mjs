// npm test [-- jest arguments]: from a fresh clone to a test report.
import { buildApps } from './lib/build.mjs';
import { obtainNodeKind } from './lib/broker/find-broker.mjs';
import { obtainChromium } from './lib/chromium.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { Voice } from './lib/say.mjs';

// Jest writes its report to standard error; standard output stays free for --json.
const voice = new Voice({ stream: process.stderr });

const args = process.argv.slice(2);
/** Some tests were chosen: what those need beside a broker their set-up sees to. */
const isPart = args.some((arg) => !arg.startsWith('-') || /^--(?:testPathPatterns?|selectProjects)\b/.test(arg));

try {
  await installDependencies(voice);
  // Asked before jest starts, so that a machine without a broker or a browser hears one sentence. The tests' set-up starts the broker.
  await obtainNodeKind(voice);
  if (!isPart) await obtainChromium(voice);
  await buildApps(voice);
  process.exitCode = await runJest(args);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
