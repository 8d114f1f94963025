import { buildApps } from '../scripts/lib/build.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { obtainPika } from '../scripts/lib/pika.mjs';
import { startSuiteBroker } from './suite-broker.mjs';

/** The e2e tests also run the built apps as real processes: builds those whose sources have changed. The tutorial's programs want pika. */
export default async function globalSetup() {
  const voice = new Voice({ stream: process.stderr });
  await buildApps(voice, ['producer', 'worker', 'chaos', 'bench']);
  await obtainPika(voice);
  await startSuiteBroker();
}
