// The process that owns a private broker, started by kept-node.mjs (and by the tests) as
//   node node-keeper.mjs '{"kind":"installed","directory":"/a/folder","management":true}'
// One JSON line on standard output for each event and for the end of each command; commands are the lines "kill", "restart"
// and "stop" on standard input. With "temporary" the folder is removed in the end. When standard input ends the broker is stopped: it never outlives whoever asked for it,
// not even when that process was killed. SIGTERM: the same in a hurry.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { LockHeld } from '../run-lock.mjs';
import { DockerNode } from './docker-node.mjs';
import { PrivateNode } from './private-node.mjs';

const { kind, ...options } = JSON.parse(process.argv[2]);
const giveUp = new AbortController();

/** @param {Record<string, unknown>} event */
const report = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
// Whoever listened may be gone; the broker has still to be stopped.
process.stdout.on('error', () => undefined);
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);

/** @param {unknown} error */
function reportFailure(error) {
  if (error instanceof LockHeld) report({ event: 'held', record: error.record });
  else report({ event: 'failed', message: error instanceof Error ? error.message : String(error) });
}

/** @param {PrivateNode | DockerNode} node */
const reportState = (node, event = 'ready') =>
  report({ event, url: node.url, managementUrl: node.managementUrl, pid: node.pid });

const input = createInterface({ input: process.stdin });
const starting = (kind === 'docker' ? DockerNode : PrivateNode).start({ ...options, signal: giveUp.signal });

/** @param {number} [patience] milliseconds until SIGKILL; data that is thrown away anyway deserves none */
async function stop(patience = options.temporary ? 0 : undefined) {
  giveUp.abort();
  // A folder that another keeper holds is not ours to remove.
  let isOurs = true;
  const node = await starting.catch((error) => void (isOurs = !(error instanceof LockHeld)));
  await node?.stop(patience);
  if (options.temporary && isOurs) rmSync(options.directory, { recursive: true, force: true });
  process.exit(0);
}

process.on('SIGTERM', () => void stop(0));
input.on('close', () => void stop());

try {
  const node = await starting;
  node.onUnexpectedEnd = (reason) => report({ event: 'ended', reason });
  reportState(node);
  for await (const command of input) {
    if (command === 'stop') break;
    try {
      if (command === 'kill') await node.kill();
      if (command === 'restart') await node.restart();
      reportState(node, command);
    } catch (error) {
      reportFailure(error);
    }
  }
} catch (error) {
  reportFailure(error);
}
await stop();
