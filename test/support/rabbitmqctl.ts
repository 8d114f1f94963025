import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrivateNode } from './private-node';

const PROGRAM = join(__dirname, '../rabbitmqctl.mjs');

/** What only an operator can do to a broker; on a test's own node only. Resolves to what it printed. */
export async function rabbitmqctl(node: PrivateNode, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, node.directory, ...args]);
  return stdout.trim();
}
