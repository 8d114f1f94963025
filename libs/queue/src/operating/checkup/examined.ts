import type { ChannelModel } from '../../connection/amqp';
import type { QueueLook } from '../../connection/queue-looks';
import type { PublishProbe } from '../../connection/publish-probe';
import type { QueueSettings } from '../../queue.options';
import type { Steering } from '../../steering/steering';
import type { TaskRegistry } from '../../task-registry';
import type { BrokerIdentity } from '../../topology/priority-support';
import type { ManagementFacts } from '../management-facts';
import type { Says } from './finding';

/** All that the checks look at, gathered once. */
export interface Examined {
  readonly connection: ChannelModel;
  readonly broker: BrokerIdentity;
  readonly settings: QueueSettings;
  readonly registry: TaskRegistry;
  /** Every queue that is defined, with its kin, the delay levels and the streams. */
  readonly looks: ReadonlyMap<string, QueueLook>;
  /** What was ordered. It is opened by who wants to know, and only where its stream is: reading it would declare it. */
  readonly steering: () => Pick<Steering, 'open' | 'paused'>;
  /** What came of a message that nobody was meant to get. */
  readonly publishing: PublishProbe;
  /** What the management API says; a sentence where it says nothing. */
  readonly management: ManagementFacts | string;
}

/** One check: its name, and what it finds, one sentence or more. */
export interface Check {
  readonly name: string;
  look(examined: Examined): readonly Says[] | Promise<readonly Says[]>;
}

/** How a queue was found. */
export function lookOf({ looks }: Examined, name: string): QueueLook {
  return looks.get(name) ?? { state: 'missing' };
}

/** Tasks ready in a queue, 0 when it is not there. */
export function readyIn(examined: Examined, name: string): number {
  const look = lookOf(examined, name);
  return look.state === 'there' ? look.ready : 0;
}

/** A queue with the tasks that are ready in it, when there are any. */
export function waitingIn(examined: Examined, name: string): { name: string; ready: number }[] {
  const ready = readyIn(examined, name);
  return ready === 0 ? [] : [{ name, ready }];
}
