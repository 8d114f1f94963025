import { buildApps } from '../scripts/lib/build.mjs';
import { obtainChromium } from '../scripts/lib/chromium.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { obtainPika } from '../scripts/lib/pika.mjs';
import { neededPrograms } from './needed-programs.mjs';
import { obtainCelery } from './obtain-celery.mjs';
import { obtainProgram } from './obtain-program.mjs';
import { startSuiteBroker } from './suite-broker.mjs';

/**
 * The e2e tests also run the built apps as real processes: builds those whose sources have changed. The tutorial's programs want pika, the
 * dashboard's pages a Chromium, other systems' messages Celery, the manuals' commands curl: those of the specs that are run are obtained.
 * @param {Parameters<typeof neededPrograms>[0]} config jest's
 */
export default async function globalSetup(config) {
  const voice = new Voice({ stream: process.stderr });
  await buildApps(voice, ['producer', 'worker', 'dashboard', 'cli', 'chaos', 'bench']);
  const needed = neededPrograms(config);
  if (needed.has('curl')) await obtainProgram(voice, 'curl');
  if (needed.has('pika')) await obtainPika(voice);
  if (needed.has('celery')) process.env.WARREN_TEST_CELERY = JSON.stringify(await obtainCelery(voice));
  if (needed.has('chromium')) process.env.CHROME_BIN = await obtainChromium(voice);
  await startSuiteBroker();
}
