import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainNodeKind } from '../../scripts/lib/broker/find-broker.mjs';
import { shakeHands } from '../../scripts/lib/broker/handshake.mjs';
import { KeptNode } from '../../scripts/lib/broker/kept-node.mjs';
import { buildApps } from '../../scripts/lib/build.mjs';
import { installDependencies } from '../../scripts/lib/install.mjs';
import { machine, versionOfWarren } from '../../scripts/lib/surroundings.mjs';

/**
 * What every measurement has around it.
 * @typedef {object} Surroundings
 * @property {string} url the broker's address
 * @property {number | undefined} brokerPid undefined in a container
 * @property {string} folder for logs; kept when something went wrong
 * @property {boolean} wasBuilt whether something had to be built for it
 * @property {{ warren: string, commit?: string, node: string, broker: string }} versions
 */

/**
 * Builds what is measured, starts a private broker, lets something be measured on it, and removes all of it. The logs stay where
 * something went wrong.
 * @param {import('../../scripts/lib/say.mjs').Voice} voice @param {AbortSignal} signal stops it
 * @param {(surroundings: Surroundings) => Promise<boolean>} measure resolves with whether all went well
 * @returns {Promise<number>} the exit code
 */
export async function onPrivateBroker(voice, signal, measure) {
  await installDependencies(voice);
  const wasBuilt = await buildApps(voice, ['bench']);
  const kind = await obtainNodeKind(voice);
  const folder = mkdtempSync(join(tmpdir(), 'warren-bench-'));
  let isWell = false;
  voice.doing('broker', 'starting a private RabbitMQ of its own');
  try {
    const node = await KeptNode.start({ kind, directory: join(folder, 'broker'), temporary: true, signal });
    try {
      const broker = `RabbitMQ ${(await shakeHands(node.url)).version}`;
      voice.done('broker', `${broker}, a private node of its own`);
      const versions = { ...versionOfWarren(), node: process.version, broker };
      voice.done(
        'machine',
        `${machine()}, Node ${process.version}, Warren ${versions.warren} ${versions.commit ?? ''}`,
      );
      isWell = await measure({ url: node.url, brokerPid: node.pid, folder, wasBuilt, versions });
      return isWell ? 0 : 1;
    } finally {
      await node.stop();
    }
  } finally {
    if (isWell || signal.aborted) rmSync(folder, { recursive: true, force: true });
    else voice.line(`  The logs are in ${folder}`);
  }
}
