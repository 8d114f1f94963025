import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrivateNode } from './private-node';

const RABBITMQCTL = join(__dirname, '../rabbitmqctl.mjs');

/** The broker says that it is short of memory, and reads nothing from connections that publish. */
export async function raiseMemoryAlarm(node: PrivateNode): Promise<void> {
  await setWatermark(node, '1MB');
}

/** There is memory again. */
export async function clearMemoryAlarm(node: PrivateNode): Promise<void> {
  await setWatermark(node, '1GB');
}

async function setWatermark(node: PrivateNode, bytes: string): Promise<void> {
  const args = [RABBITMQCTL, node.directory, 'set_vm_memory_high_watermark', 'absolute', bytes];
  await promisify(execFile)(process.execPath, args);
}
