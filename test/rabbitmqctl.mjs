// Runs rabbitmqctl on the private node that lives in a folder, for tests of what only an operator can do to a broker:
//   node test/rabbitmqctl.mjs /a/folder set_vm_memory_high_watermark absolute 1MB
import { dirname, join } from 'node:path';
import { nodeEnvironment, readIdentity } from '../scripts/lib/broker/node-files.mjs';
import { findRabbitmqServer } from '../scripts/lib/broker/rabbitmq-binary.mjs';
import { run } from '../scripts/lib/command.mjs';
import { readRunRecord } from '../scripts/lib/run-lock.mjs';

const [, , directory, ...args] = process.argv;
const container = readRunRecord(join(directory, 'node.lock'))?.container;
if (typeof container === 'string') {
  await run('docker', ['exec', container, 'rabbitmqctl', ...args]);
} else {
  const rabbitmqctl = join(dirname(findRabbitmqServer() ?? ''), 'rabbitmqctl');
  await run(rabbitmqctl, args, { env: nodeEnvironment(directory, readIdentity(directory)) });
}
