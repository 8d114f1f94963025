import { buildApps } from '../scripts/lib/build.mjs';
import { obtainChromium } from '../scripts/lib/chromium.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { obtainProgram } from './obtain-program.mjs';
import { startSuiteBroker } from './suite-broker.mjs';

/** What the commands of the manuals need that npm test leaves out: the built apps, a browser, a broker, and the programs of others that are typed. */
export default async function globalSetup() {
  const voice = new Voice({ stream: process.stderr });
  await buildApps(voice, ['producer', 'worker', 'dashboard']);
  await obtainProgram(voice, 'git');
  await obtainProgram(voice, 'openssl');
  await obtainProgram(voice, 'nc', 'netcat-openbsd');
  await obtainChromium(voice);
  await startSuiteBroker();
}
