import { declareAtOnce, declareEach } from '../../connection/declarations';
import { closeChannel } from '../../connection/close-channel';
import { openQuietChannel } from '../../connection/queue-looks';
import type { QueueLook } from '../../connection/queue-looks';
import type { QueueDefinition } from '../../define-queue';
import { endedWithin } from '../../ended-within';
import { TopologyError } from '../../errors';
import type { Pause } from '../../steering/steering-state';
import { delayLevels } from '../../topology/delay-levels';
import { deadLetterQueueName, quarantineName } from '../../topology/names';
import { missingPrioritySupport } from '../../topology/priority-support';
import { deadLetterQueuePlan, quarantinePlan, undeliveredPlan, workQueuePlan } from '../../topology/queue-arguments';
import type { QueuePlan } from '../../topology/queue-arguments';
import { CONTROL_STREAM } from '../../topology/streams';
import { lookOf, waitingIn } from './examined';
import type { Check, Examined } from './examined';
import { fail, skipped, unless, warn } from './finding';
import type { Says } from './finding';

const PRECONDITION_FAILED = 406;

/** Milliseconds to read which queues are paused. */
const PAUSES_TIMEOUT_MS = 3_000;

/** The queues as they are on the broker, against the definitions. */
export const queueChecks: readonly Check[] = [
  {
    name: 'queues',
    look: (examined) => {
      const looks = examined.registry.queues.map(({ name }) => ({ name, look: lookOf(examined, name) }));
      const missing = looks.filter(({ look }) => look.state === 'missing').map(({ name }) => name);
      const denied = looks.flatMap(({ look }) =>
        look.state === 'denied' ? [fail(look.why, 'grant the user what docs/topology.md lists')] : [],
      );
      const absent =
        missing.length === 0
          ? []
          : [warn(`${missing.join(', ')}: not declared yet`, 'a worker declares its queues when it starts')];
      return unless([...denied, ...absent], `${looks.length} are defined and there`);
    },
  },
  {
    name: 'queue arguments',
    look: async (examined) => {
      const plans = plansOf(examined).filter(({ name }) => lookOf(examined, name).state === 'there');
      return unless(await differences(examined, plans), `${plans.length} queues are declared as they are defined`);
    },
  },
  {
    name: 'dead-letter queues',
    look: (examined) =>
      unless(
        kinMissing(examined, deadLetterQueueName).map((name) =>
          fail(
            `${name} is missing: what cannot run has nowhere to go`,
            'start a worker of its queue, which declares it',
          ),
        ),
        'each queue has one',
      ),
  },
  {
    name: 'quarantines',
    look: (examined) => {
      const missing = kinMissing(examined, quarantineName).map((name) =>
        fail(
          `${name} is missing: a task that ends workers has nowhere to wait`,
          'start a worker of its queue, which declares it',
        ),
      );
      const waiting = examined.registry.queues.flatMap(({ name }) => waitingIn(examined, quarantineName(name)));
      const full = waiting.map(({ name, ready }) =>
        warn(
          `${ready} in ${name}: each may have ended workers and waits for one that is idle`,
          'look at the workers’ last words; leave one worker less to do',
        ),
      );
      return unless([...missing, ...full], 'each queue has one, and nothing waits there');
    },
  },
  {
    name: 'dead letters',
    look: (examined) => {
      const waiting = examined.registry.queues.flatMap(({ name }) => waitingIn(examined, deadLetterQueueName(name)));
      return unless(
        waiting.map(({ name, ready }) =>
          warn(`${ready} in ${name}`, 'warren dead-letters list shows why; redrive gives them back'),
        ),
        'none',
      );
    },
  },
  {
    name: 'consumers',
    look: async (examined) => {
      const paused = await pausesIn(examined);
      return unless(
        examined.registry.queues.flatMap(({ name }) => standstill(name, lookOf(examined, name), paused.get(name))),
        'every queue that is there is consumed',
      );
    },
  },
  {
    name: 'priorities',
    look: ({ registry, settings, broker }) =>
      unless(
        registry.queues
          .map((queue) => missingPrioritySupport(queue, settings.queueType, broker))
          .filter((why) => why !== undefined)
          .map((why) => fail(why, 'as it says')),
        'the broker has what the definitions ask for',
      ),
  },
];

/** The queues that somebody has paused; none where nobody can tell in time: behind a pause that was read it may have been taken back. */
async function pausesIn(examined: Examined): Promise<ReadonlyMap<string, Pause>> {
  if (lookOf(examined, CONTROL_STREAM).state !== 'there') return new Map();
  const steering = examined.steering();
  let isRead = false;
  const reading = steering.open().then(() => {
    isRead = true;
  });
  await endedWithin(reading, PAUSES_TIMEOUT_MS);
  return isRead ? steering.paused : new Map();
}

/** Nobody takes from it, because somebody wants that or by mistake; or somebody does against the order. */
function standstill(name: string, look: QueueLook, pause: Pause | undefined): Says[] {
  if (look.state !== 'there') return [];
  const { ready, consumers } = look;
  if (pause !== undefined) {
    const why = pause.reason === undefined ? '' : ` (${pause.reason})`;
    const still = consumers === 0 ? '' : `, and ${consumers} consume it all the same`;
    return [warn(`${name} is paused by ${pause.by}${why}; ${ready} tasks wait in it${still}`, `warren resume ${name}`)];
  }
  if (consumers > 0) return [];
  const remedy = `start a worker that consumes it (WORKER_QUEUES)`;
  return [
    ready > 0
      ? fail(`nobody consumes ${name}, and ${ready} tasks wait in it`, remedy)
      : warn(`nobody consumes ${name}`, remedy),
  ];
}

/** Every queue as it is to be declared. */
function plansOf({ registry, settings: { queueType }, broker }: Examined): QueuePlan[] {
  const isReplicated = broker.product === 'RabbitMQ';
  const kin = (queue: QueueDefinition): QueuePlan[] => [
    ...(queue.declaredAs === false ? [] : [workQueuePlan(queue, queueType)]), // not ours to declare
    deadLetterQueuePlan(queue, queueType),
    quarantinePlan(queue, queueType),
  ];
  const levels = delayLevels(isReplicated).map(({ queue }) => queue);
  return [...registry.queues.flatMap(kin), ...levels, undeliveredPlan(isReplicated)];
}

/** To declare what exists changes nothing, and says what differs. All at once first: seldom does one. */
async function differences({ connection }: Examined, plans: readonly QueuePlan[]): Promise<Says[]> {
  const declarations = plans.map((plan) => ({ kind: 'queue', plan }) as const);
  const channel = await openQuietChannel(connection);
  try {
    await declareAtOnce(channel, declarations);
    return [];
  } catch {
    const found: Says[] = [];
    for (const declaration of declarations) {
      const refusal = await refusalOf(connection, declaration);
      if (refusal !== undefined) found.push(sentenceOf(refusal));
    }
    return found;
  } finally {
    await closeChannel(channel);
  }
}

async function refusalOf(
  connection: Examined['connection'],
  declaration: Parameters<typeof declareEach>[1][number],
): Promise<TopologyError | undefined> {
  const channel = await openQuietChannel(connection);
  try {
    await declareEach(channel, [declaration]);
    return undefined;
  } catch (error) {
    if (error instanceof TopologyError) return error;
    throw error;
  } finally {
    await closeChannel(channel);
  }
}

function sentenceOf({ code, message }: TopologyError): Says {
  return code === PRECONDITION_FAILED
    ? fail(message, 'as it says: match the definition, or delete the queue once it is empty')
    : skipped(message);
}

/** The kin of queues that are there and without it. */
function kinMissing(examined: Examined, nameOf: (queue: string) => string): string[] {
  return examined.registry.queues
    .filter(({ name }) => lookOf(examined, name).state === 'there')
    .map(({ name }) => nameOf(name))
    .filter((name) => lookOf(examined, name).state === 'missing');
}
