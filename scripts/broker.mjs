// npm run broker: the private RabbitMQ node alone.
import { privateBroker } from './lib/broker/find-broker.mjs';
import { runCommand } from './lib/command-line.mjs';
import { Failure } from './lib/failure.mjs';
import { Voice } from './lib/say.mjs';

const usage = `npm run broker [-- flags]

Starts the private RabbitMQ node that npm start uses too, and prints its address. Its data stays in .rabbitmq/, or
in the folder that WARREN_STATE_DIR names.

  --management   with RabbitMQ's management page
  --check        start it, print its address, stop it
  --help         this text`;

const voice = new Voice();

await runCommand(
  voice,
  { usage, flags: { management: { type: 'boolean' }, check: { type: 'boolean' } } },
  async ({ management, check }, stopRequest) => {
    const broker = await privateBroker(voice, { management: management === true, signal: stopRequest.signal });
    const { url, description, node } = broker;
    voice.done('broker', description);
    voice.line(`\n  AMQP_URL=${url}`);
    if (node?.managementUrl) voice.line(`  management page: ${node.managementUrl}`);
    if (node === undefined) return;
    stopRequest.onHurry(() => void node.stop());
    try {
      if (!check) await keepRunning(node, stopRequest);
    } finally {
      voice.doing('broker', 'stopping');
      await node.stop();
      voice.done('broker', 'stopped');
    }
  },
);

/**
 * Resolves when somebody wants the broker to stop, rejects when it ends by itself.
 * @param {import('./lib/broker/kept-node.mjs').KeptNode} node @param {import('./lib/stop-request.mjs').StopRequest} stopRequest
 */
async function keepRunning(node, stopRequest) {
  voice.line('\n  Ctrl-C stops it; its queues keep their tasks.\n');
  await Promise.race([
    stopRequest.asked,
    node.unexpectedEnd().then((reason) => {
      throw new Failure(reason);
    }),
  ]);
}
