import { z } from 'zod';
import type { ChannelModel } from '../../libs/queue/src/connection/amqp';
import type { QueueLook } from '../../libs/queue/src/connection/queue-looks';
import { exponential } from '../../libs/queue/src/consuming/backoff';
import { defineQueue } from '../../libs/queue/src/define-queue';
import { defineTask } from '../../libs/queue/src/define-task';
import type { TaskDefinition } from '../../libs/queue/src/define-task';
import { settingsOf } from '../../libs/queue/src/queue.options';
import type { QueueModuleOptions } from '../../libs/queue/src/queue.options';
import type { Pause } from '../../libs/queue/src/steering/steering-state';
import { TaskRegistry } from '../../libs/queue/src/task-registry';
import { delayLevels } from '../../libs/queue/src/topology/delay-levels';
import type { ManagementFacts } from '../../libs/queue/src/operating/management-facts';
import { checks, examine } from '../../libs/queue/src/operating/checkup/checkup';
import type { Examined } from '../../libs/queue/src/operating/checkup/examined';
import type { Finding } from '../../libs/queue/src/operating/checkup/finding';

const images = defineQueue({ name: 'images' });
const resize = defineTask({ name: 'resize', queue: images, payload: z.string(), timeout: 1_000 });

const there = (ready = 0, consumers = 0): QueueLook => ({ state: 'there', ready, consumers });

/** Everything as it should be. */
const LOOKS: Readonly<Record<string, QueueLook>> = {
  images: there(3, 2),
  'images.dlq': there(),
  'images.quarantine': there(),
  'delay.undelivered': there(),
  'warren.events': there(100, 1),
  'warren.control': there(4, 2),
  ...Object.fromEntries(delayLevels(true).map(({ queue }) => [queue.name, there()])),
};

/** Of what is ordered. */
const READER = { queue: { name: 'warren.control' }, prefetch_count: 100, ack_required: true };

const CONSUMERS = [{ queue: { name: 'images' }, prefetch_count: 1, ack_required: true }, READER];

/** A policy of the whole virtual host, and the queue as it was declared. */
const limitedTo = (limit: number) => (name: string) => ({
  name,
  arguments: { 'x-delivery-limit': name === 'images' ? 20 : 2_147_483_647 },
  policy: 'all',
  effective_policy_definition: { 'delivery-limit': limit },
});

const MANAGEMENT: ManagementFacts = {
  clockSkew: 200,
  nodes: [{ name: 'rabbit@a', running: true, disk_free: 9e9, disk_free_limit: 5e7 }],
  queues: [{ name: 'images', members: ['rabbit@a'], online: ['rabbit@a'] }],
  consumers: CONSUMERS,
  deliveries: [{ destination: 'images' }],
  bindings: [{ source: '', destination: 'images', routing_key: 'images' }],
  permissions: { configure: '.*', write: '.*', read: '.*' },
};

interface Given {
  readonly looks?: Readonly<Record<string, QueueLook>>;
  readonly management?: Partial<ManagementFacts> | string;
  readonly settings?: Partial<QueueModuleOptions>;
  readonly tasks?: readonly TaskDefinition[];
  readonly broker?: { product: string; version: string };
  readonly publishing?: Examined['publishing'];
  readonly paused?: readonly Pause[];
  /** What was ordered takes long to be read, and only its beginning is known. */
  readonly isReading?: boolean;
}

/** What is found, but what is fine; `arguments` is a matter of the real broker. */
async function found(given: Given): Promise<Finding[]> {
  const { looks = {}, management = {}, settings = {}, tasks = [resize], paused = [], isReading = false } = given;
  const { broker = { product: 'RabbitMQ', version: '3.10.8' }, publishing = { end: 'returned' } } = given;
  const only = checks.map(({ name }) => name).filter((name) => name !== 'queue arguments');
  const examined: Examined = {
    connection: { connection: { heartbeat: 30 } } as unknown as ChannelModel,
    broker,
    settings: settingsOf({ tasks, ...settings }),
    registry: new TaskRegistry(tasks),
    looks: new Map(Object.entries({ ...LOOKS, ...looks })),
    steering: () => ({
      open: () => (isReading ? new Promise(() => undefined) : Promise.resolve()),
      paused: new Map(paused.map((pause) => [pause.queue, pause])),
    }),
    publishing,
    management: typeof management === 'string' ? management : { ...MANAGEMENT, ...management },
  };
  const findings: Finding[] = [];
  for await (const finding of examine(examined, only)) findings.push(finding);
  return findings;
}

const problems = async (given: Given): Promise<string[]> =>
  (await found(given))
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ check, verdict, says }) => `${check} ${verdict}: ${says}`);

describe('a checkup', () => {
  it('finds nothing where all is as it should be, and says so of each check', async () => {
    const findings = await found({});
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      checks.map(({ name }) => name).filter((name) => name !== 'queue arguments'),
    );
    expect(findings.length).toBeGreaterThanOrEqual(20);
  });

  it('takes no queue for paused before all that was ordered is read: it may have been resumed', async () => {
    jest.useFakeTimers();
    const paused = [{ queue: 'images', by: 'anna', at: 1 }];
    const told = problems({ looks: { images: there(5, 0) }, paused, isReading: true });
    await jest.advanceTimersByTimeAsync(5_000);
    jest.useRealTimers();
    expect(await told).toEqual(['consumers fail: nobody consumes images, and 5 tasks wait in it']);
  });

  it.each<[Given, string]>([
    [{ broker: { product: 'RabbitMQ', version: '3.9.27' } }, 'broker version fail: RabbitMQ 3.9.27 is older than 3.10'],
    [
      { settings: { urls: ['amqp://me@broker.example'] } },
      'TLS warn: broker.example is another machine, and the connection is not encrypted',
    ],
    [
      { settings: { urls: ['amqps://guest:guest@broker.example'] } },
      'credentials warn: the user at broker.example is guest, whose password everybody knows',
    ],
    [
      { broker: { product: 'RabbitMQ', version: '4.3.0' }, settings: { maxMessageBytes: 50_000_000 } },
      'largest message warn: MAX_MESSAGE_BYTES is 50000000, and the broker takes 16777216 unless told otherwise',
    ],
    [
      { publishing: { end: 'blocked', why: 'low on disk' } },
      'publishing fail: an alarm keeps the broker from reading what is published (low on disk)',
    ],
    [{ publishing: { end: 'denied', why: '403' } }, 'publishing fail: the user may not publish (403)'],
    [{ publishing: { end: 'silent' } }, 'publishing fail: the broker does not answer to what is published'],
    [
      { looks: { images: { state: 'missing' } }, management: { deliveries: [] } },
      'queues warn: images: not declared yet',
    ],
    [{ looks: { images: { state: 'denied', why: 'No permission.' } } }, 'queues fail: No permission.'],
    [
      { looks: { 'images.dlq': { state: 'missing' } } },
      'dead-letter queues fail: images.dlq is missing: what cannot run has nowhere to go',
    ],
    [
      { looks: { 'images.quarantine': { state: 'missing' } } },
      'quarantines fail: images.quarantine is missing: a task that ends workers has nowhere to wait',
    ],
    [
      { looks: { 'images.quarantine': there(2) } },
      'quarantines warn: 2 in images.quarantine: each may have ended workers and waits for one that is idle',
    ],
    [{ looks: { 'images.dlq': there(7) } }, 'dead letters warn: 7 in images.dlq'],
    [{ looks: { images: there(5, 0) } }, 'consumers fail: nobody consumes images, and 5 tasks wait in it'],
    [{ looks: { images: there(0, 0) } }, 'consumers warn: nobody consumes images'],
    [
      { looks: { images: there(5, 0) }, paused: [{ queue: 'images', by: 'anna', at: 1, reason: 'the disk is full' }] },
      'consumers warn: images is paused by anna (the disk is full); 5 tasks wait in it',
    ],
    [
      { looks: { images: there(5, 2) }, paused: [{ queue: 'images', by: 'anna', at: 1 }] },
      'consumers warn: images is paused by anna; 5 tasks wait in it, and 2 consume it all the same',
    ],
    [
      {
        tasks: [
          defineTask({
            name: 'resize',
            queue: defineQueue({ name: 'images', maxPriority: 5 }),
            payload: z.string(),
            timeout: 1,
          }),
        ],
      },
      'priorities fail: Queue "images": RabbitMQ 3.10.8 has no priorities on quorum queues (RabbitMQ has them from 4.0 on). Define it with type classic, or without maxPriority.',
    ],
    [
      { looks: { 'delay.03': { state: 'missing' } } },
      'delay levels fail: delay.03 missing: delayed tasks find no way through',
    ],
    [{ looks: { 'delay.undelivered': there(2) } }, 'undelivered warn: 2 delayed tasks came due and found no queue'],
    [
      { looks: { 'warren.events': { state: 'missing' } } },
      'streams warn: warren.events is not there yet: nobody can look back at what happened',
    ],
    [
      { settings: { brokerAckTimeout: 1_000 } },
      'timeouts warn: the broker takes resize back after 1000 ms, before its timeout of 1000 ms',
    ],
    [
      {
        tasks: [
          defineTask({
            name: 'resize',
            queue: images,
            payload: z.string(),
            timeout: 1,
            backoff: exponential({ initial: 1, max: 2 }),
          }),
        ],
      },
      'attempts warn: resize says backoff, and has one attempt',
    ],
    [
      { settings: { crashLimit: 20 } },
      'crash limit warn: CRASH_LIMIT 20 is not below the delivery limit of images (20): the broker may put a task aside first',
    ],
    [
      {
        tasks: [
          defineTask({ name: 'resize', queue: images, payload: z.string(), timeout: 10, batch: { size: 9, wait: 5 } }),
        ],
      },
      'prefetch warn: batches of resize never fill: 9 tasks, and images has 1 in hand at once',
    ],
    [
      { management: { nodes: [{ name: 'a', mem_alarm: true }] } },
      'alarms fail: a has a memory alarm: it reads nothing that is published',
    ],
    [
      { management: { nodes: [{ name: 'a', disk_free: 1e8, disk_free_limit: 5e7 }] } },
      'disk warn: a has 100 MB left, and stops reading at 50 MB',
    ],
    [{ management: { nodes: [{ name: 'a', running: false }] } }, 'nodes fail: a is down'],
    [{ management: { nodes: [{ name: 'a', partitions: ['b'] }] } }, 'nodes fail: a is cut off from b'],
    [
      { management: { queues: [{ name: 'images', members: ['a', 'b'], online: ['a'] }] } },
      'copies warn: 1 of 2 copies of images are up',
    ],
    [
      {
        management: {
          nodes: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
          queues: [{ name: 'images', members: ['a'], online: ['a'] }],
        },
      },
      'copies warn: images has 1 copies on 3 nodes',
    ],
    [
      {
        management: {
          queues: [{ name: 'images.dlq', policy: 'tidy', effective_policy_definition: { 'message-ttl': 5 } }],
        },
      },
      'policies warn: the policy tidy sets message-ttl of images.dlq',
    ],
    [
      { management: { queues: ['images.dlq', 'images.quarantine', 'delay.undelivered'].map(limitedTo(20)) } },
      'policies fail: the policy all sets delivery-limit 20 of images.dlq, images.quarantine, delay.undelivered: what was handed out more often is dropped, and to look is to be handed out',
    ],
    [
      { management: { queues: ['images'].map(limitedTo(10)) } },
      'policies warn: the policy all sets delivery-limit 10 of images',
    ],
    [
      {
        management: {
          queues: [27, 26, 25, 24, 23, 22].map((level) => ({
            name: `delay.${level}`,
            policy: '',
            operator_policy: 'short',
            effective_policy_definition: { 'message-ttl': 5 },
          })),
        },
      },
      'policies warn: the policy short sets message-ttl of delay.27, delay.26, delay.25, delay.24, delay.23 ...',
    ],
    [
      { management: { queues: [{ name: 'images', effective_policy_definition: { 'consumer-timeout': 60_000 } }] } },
      'policies warn: the policy ? sets consumer-timeout 60000 of images',
    ],
    [
      {
        management: { queues: [{ name: 'images', arguments: { 'x-consumer-timeout': 1_000 } }] },
      },
      'timeouts warn: the broker takes resize back after 1000 ms, the consumer-timeout of its queue, before its timeout of 1000 ms',
    ],
    [
      { management: { queues: [{ name: 'old.dlq', messages: 3 }] } },
      'orphans warn: old.dlq belongs to no queue that is defined; it holds 3',
    ],
    [
      { management: { consumers: [...CONSUMERS, { queue: { name: 'delay.03' }, ack_required: false }] } },
      'consumers in hand fail: a consumer of delay.03 does not acknowledge: what it is handed is gone',
    ],
    [
      { management: { bindings: [{ source: 'old', destination: 'images', routing_key: 'a', arguments: {} }] } },
      'bindings warn: no definition binds images to old by "a"',
    ],
    [{ management: { deliveries: [] } }, 'way out of delays fail: images is not bound to where delayed tasks come out'],
    [
      { management: { consumers: [READER, { queue: { name: 'images' }, prefetch_count: 0, ack_required: true }] } },
      'consumers in hand warn: a consumer of images has no prefetch: it is handed all there is',
    ],
    [
      { management: { consumers: [{ queue: { name: 'images' }, prefetch_count: 1, ack_required: true }] } },
      'readers of orders warn: workers consume, and none of them reads orders',
    ],
    [
      { management: { consumers: [READER, { queue: { name: 'images' }, prefetch_count: 1, ack_required: false }] } },
      'consumers in hand fail: a consumer of images does not acknowledge: what it is handed is gone',
    ],
    [
      { management: { permissions: { configure: '.*', write: '^$', read: '.*' } } },
      'permissions warn: this user may not write amq.default, delay.00',
    ],
    [{ management: { clockSkew: -9_000 } }, "clock warn: this machine's clock and the broker's differ by 9000 ms"],
  ])('sees %j', async (given, problem) => {
    expect(await problems(given)).toEqual([problem]);
  });

  it('sees a work queue that is not defined any more, by its dead-letter queue', async () => {
    const queues = [
      { name: 'old', messages: 900 },
      { name: 'old.dlq', messages: 0 },
      { name: 'somebody.else', messages: 7 },
    ];
    expect(await problems({ management: { queues } })).toEqual([
      'orphans warn: old, which has a dead-letter queue or a quarantine, is not defined; it holds 900',
      'orphans warn: old.dlq belongs to no queue that is defined; it holds 0',
    ]);
  });

  it('takes the limits of policies for those in force, where they are lower', async () => {
    const told = await problems({ management: { queues: ['images'].map(limitedTo(5)) }, settings: { crashLimit: 5 } });
    expect(told).toEqual([
      'crash limit warn: CRASH_LIMIT 5 is not below the delivery limit of images (5): the broker may put a task aside first',
      'policies warn: the policy all sets delivery-limit 5 of images',
    ]);
    const queues = [
      { name: 'images.quarantine', policy: 'short', effective_policy_definition: { 'consumer-timeout': 900 } },
    ];
    expect(await problems({ management: { queues } })).toEqual([
      'timeouts warn: the broker takes resize back after 900 ms, the consumer-timeout of its queue, before its timeout of 1000 ms',
      'policies warn: the policy short sets consumer-timeout 900 of images.quarantine',
    ]);
  });

  it('minds no policy that changes nothing', async () => {
    const harmless = { 'delivery-limit': 20, 'consumer-timeout': 7_200_000, 'queue-leader-locator': 'balanced' };
    const queues = [
      { ...limitedTo(20)('images'), effective_policy_definition: harmless },
      { ...limitedTo(20)('delay.03'), effective_policy_definition: { ...harmless, 'consumer-timeout': 5 } },
      { ...limitedTo(-1)('images.dlq') },
      { ...limitedTo(1)('somebody.else') },
    ];
    expect(await problems({ management: { queues } })).toEqual([]);
  });

  it('says what it has not asked the broker', async () => {
    const said = async (management?: string): Promise<string[]> =>
      (await found(management === undefined ? {} : { management }))
        .filter(({ check }) => ['timeouts', 'crash limit'].includes(check))
        .map(({ says }) => says);
    expect(await said()).toEqual([
      "all shorter than policies allow, and than the broker's 1800000 ms as BROKER_ACK_TIMEOUT_MS claims; the broker itself was not asked",
      "CRASH_LIMIT 5 comes before the broker's delivery limit of 20",
    ]);
    expect(await said('MANAGEMENT_URL is not set')).toEqual([
      "all shorter than the broker's 1800000 ms as BROKER_ACK_TIMEOUT_MS claims; neither the broker nor its policies were asked",
      "CRASH_LIMIT 5 comes before the broker's delivery limit of 20; its policies were not asked",
    ]);
  });

  it('says how to mend each thing that is not fine', async () => {
    const looks = { images: there(5), 'images.dlq': there(7), 'warren.control': { state: 'missing' } } as const;
    const findings = (await found({ looks, management: 'MANAGEMENT_URL is not set' })).filter(
      ({ verdict }) => verdict !== 'ok',
    );
    const broken = findings.filter(({ verdict }) => verdict !== 'skipped');
    expect(broken.map(({ fix }) => typeof fix)).toEqual(['string', 'string', 'string']);
    const skipped = findings.filter(({ verdict }) => verdict === 'skipped');
    expect(skipped.length).toBeGreaterThanOrEqual(10);
    expect(new Set(skipped.map(({ says }) => says))).toEqual(new Set(['MANAGEMENT_URL is not set']));
  });

  it('is not kept from the rest by a check that cannot be made', async () => {
    const hidden = { nodes: undefined, queues: undefined, bindings: undefined, permissions: undefined };
    const said = await problems({ management: hidden });
    expect(said.map((line) => line.split(':')[0])).toEqual(
      ['alarms', 'disk', 'nodes', 'copies', 'policies', 'orphans', 'bindings', 'permissions'].map(
        (name) => `${name} skipped`,
      ),
    );
    const bad = await problems({ management: { permissions: { configure: '(', write: '', read: '' } } });
    expect(bad).toEqual([expect.stringMatching(/^permissions skipped: it could not be looked at \(/)]);
  });
});
