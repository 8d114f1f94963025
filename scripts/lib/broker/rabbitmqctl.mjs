import { dirname, join } from 'node:path';
import { run } from '../command.mjs';
import { readRunRecord } from '../run-lock.mjs';
import { nodeEnvironment, readIdentity } from './node-files.mjs';
import { findRabbitmqServer } from './rabbitmq-binary.mjs';

/**
 * Runs rabbitmqctl on the private node that lives in a folder: what only an operator can do to a broker.
 * @param {string} directory @param {string[]} args @returns {Promise<string>} what it printed
 */
export async function rabbitmqctl(directory, ...args) {
  const container = readRunRecord(join(directory, 'node.lock'))?.container;
  if (typeof container === 'string') return run('docker', ['exec', container, 'rabbitmqctl', ...args]);
  const command = join(dirname(findRabbitmqServer() ?? ''), 'rabbitmqctl');
  return run(command, args, { env: nodeEnvironment(directory, readIdentity(directory)) });
}
