import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainNodeKind, privateBroker } from '../scripts/lib/broker/find-broker.mjs';
import { Voice } from '../scripts/lib/say.mjs';

/** @type {import('../scripts/lib/broker/kept-node.mjs').KeptNode | undefined} */
let node;

/**
 * Starts the one private broker that the integration and e2e tests share, in a temporary folder, with the management API.
 * A developer's broker is never used: AMQP_URL is not looked at. Can be called twice.
 */
export async function startSuiteBroker() {
  if (node !== undefined) return;
  process.env.WARREN_PORTS = '20000-20999'; // below those of the tests (support/port-ranges.ts)
  const directory = mkdtempSync(join(tmpdir(), 'warren-test-'));
  // Jest writes its report to standard error, and --json to standard output.
  const voice = new Voice({ stream: process.stderr });
  // Tests that kill a broker start one of their own (test/support/private-node.ts).
  process.env.WARREN_TEST_NODE_KIND = await obtainNodeKind(voice);
  const broker = await privateBroker(voice, { directory, management: true, temporary: true });
  voice.done('broker', broker.description);
  node = broker.node;
  process.env.WARREN_TEST_URL = broker.url;
  process.env.WARREN_TEST_MANAGEMENT_URL = node?.managementUrl;
}

/** Can be called twice. */
export async function stopSuiteBroker() {
  await node?.stop();
  node = undefined;
}
