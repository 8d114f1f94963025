import type { PrivateNode } from './private-node';
import { rabbitmqctl } from './rabbitmqctl';

/** The broker says that it is short of memory, and reads nothing from connections that publish. */
export async function raiseMemoryAlarm(node: PrivateNode): Promise<void> {
  await rabbitmqctl(node, 'set_vm_memory_high_watermark', 'absolute', '1MB');
}

/** There is memory again. */
export async function clearMemoryAlarm(node: PrivateNode): Promise<void> {
  await rabbitmqctl(node, 'set_vm_memory_high_watermark', 'absolute', '1GB');
}
