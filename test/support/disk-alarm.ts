import type { PrivateNode } from './private-node';
import { rabbitmqctl } from './rabbitmqctl';

/** The broker says that its disk is full, and reads nothing from connections that publish. */
export async function raiseDiskAlarm(node: PrivateNode): Promise<void> {
  await rabbitmqctl(node, 'set_disk_free_limit', '900000GB');
}

/** There is room again. */
export async function clearDiskAlarm(node: PrivateNode): Promise<void> {
  await rabbitmqctl(node, 'set_disk_free_limit', '50MB');
}
