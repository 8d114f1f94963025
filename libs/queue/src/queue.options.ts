import { z } from 'zod';
import { brokerUrls } from './connection/broker-url';
import type { EventDefinition } from './define-event';
import type { QueueDefinition } from './define-queue';
import type { TaskDefinition } from './define-task';
import { readSettings, setting, wholeNumber } from './settings';
import type { SettingValues } from './settings';
import type { ThreadDefinition } from './threading/open-threads';

/** Every setting of `@app/queue`: type, default, environment variable, unit and consequence in one place. */
export const queueSettings = {
  urls: setting({
    env: ['AMQP_URL', 'CLOUDAMQP_URL'],
    schema: brokerUrls.default(['amqp://guest:guest@localhost:5672']),
    doc: 'The broker: `amqp://user:password@host:port/vhost` or `amqps://`, which is TLS (`NODE_EXTRA_CA_CERTS` names a file with an authority of your own). A comma-separated list names the nodes of one cluster, tried in turn.',
    secret: true,
  }),
  queueType: setting({
    env: ['QUEUE_TYPE'],
    schema: z.enum(['quorum', 'classic'], { error: 'must be quorum or classic' }).default('quorum'),
    doc: 'How queues are declared that do not say it themselves: `quorum` (replicated) or `classic` (durable, no arguments, as the RabbitMQ tutorial does). A queue that exists keeps its type.',
  }),
  workerQueues: setting({
    env: ['WORKER_QUEUES'],
    schema: z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .refine((names) => names.every((name) => name !== ''), 'must be names of queues separated by commas')
      .optional(),
    doc: 'The queues this worker consumes, by name, comma-separated. Not set: every queue that is defined.',
  }),
  concurrency: setting({
    env: ['WORKER_CONCURRENCY'],
    schema: wholeNumber(1, 10_000).default(1),
    doc: 'Tasks of one queue that one worker process handles at once (the consumer’s prefetch), where the queue’s definition does not say it. 1 is fair dispatch: no task waits behind a slow one while another worker is free.',
  }),
  threads: setting({
    env: ['WORKER_THREADS'],
    schema: wholeNumber(0, 256).optional(),
    doc: "Threads of one worker process for tasks that are defined with `runIn: 'thread'`; each runs one at a time, and one more waits in the worker for a thread. Not set: one fewer than the processors, and one at least; set it where a container may use fewer. Started with the first such task; each has a module and a heap of its own. 0: such tasks run in the worker itself and block it, for tests and debuggers.",
  }),
  crashLimit: setting({
    env: ['CRASH_LIMIT'],
    schema: wholeNumber(1, 20).default(5),
    doc: 'Runs of one task that may end without an outcome (its worker died, was cut off or stopped in the middle of it) before the task is dead-lettered, as `crash-loop`. From the second on it waits in `<queue>.quarantine` and runs alone; only what ends there without an outcome condemns it, so that no task is condemned for another’s crash.',
  }),
  brokerAckTimeout: setting({
    env: ['BROKER_ACK_TIMEOUT_MS'],
    schema: wholeNumber(1, 2_147_483_647).default(1_800_000),
    doc: 'Milliseconds after which the broker takes an unacknowledged task back: its `consumer_timeout`, which no client can ask for; 30 minutes unless the broker’s operator has changed it. Only compared with the definitions’ `timeout` at the start, for a warning.',
  }),
  shutdownTimeout: setting({
    env: ['SHUTDOWN_TIMEOUT_MS'],
    schema: wholeNumber(0, 3_600_000).default(25_000),
    doc: 'Milliseconds that running tasks have to finish after SIGTERM or SIGINT. Then `TaskContext.signal` fires, and what has not finished goes back to its queue. Keep it below the grace period of whatever stops the process.',
  }),
  publishTimeout: setting({
    env: ['PUBLISH_TIMEOUT_MS'],
    schema: wholeNumber(1, 600_000).default(10_000),
    doc: 'Milliseconds `add` waits for the broker’s confirm, a broker that is away included, before it rejects.',
  }),
  publishBufferMessages: setting({
    env: ['PUBLISH_BUFFER_MESSAGES'],
    schema: wholeNumber(1, 1_000_000).default(20_000),
    doc: 'Messages kept in memory while they wait for the broker or its confirm. With as many the next `add` rejects at once.',
  }),
  publishBufferBytes: setting({
    env: ['PUBLISH_BUFFER_BYTES'],
    schema: wholeNumber(1_024, 4_294_967_296).default(67_108_864),
    doc: 'Bytes of message bodies kept in memory while they wait for the broker or its confirm. An `add` that would exceed it rejects at once.',
  }),
  maxMessageBytes: setting({
    env: ['MAX_MESSAGE_BYTES'],
    schema: wholeNumber(1, 134_217_728).default(4_194_304),
    doc: 'The largest message body in bytes: `add` refuses more, and a worker dead-letters more without decoding it. RabbitMQ itself takes 16 MiB from 4.0 on, 128 MiB before.',
  }),
  stuckAfter: setting({
    env: ['STUCK_AFTER_MS'],
    schema: wholeNumber(1, 86_400_000).default(900_000),
    doc: 'Milliseconds a run may hold its slot before it counts as stuck: when every slot of a queue is held for longer, the worker is not ready and names the tasks. Nothing is ended by it. The default is half of RabbitMQ’s acknowledgement timeout.',
  }),
  eventsStream: setting({
    env: ['EVENTS_STREAM'],
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    doc: 'Whether this process writes down what happens to tasks in the stream `warren.events`, for `GET /tasks/:id`, `TaskQueue.result` and whoever looks. No task waits for it or fails by it. A worker that handles tens of thousands a second does some per cent more with `off` (`npm run bench:history`).',
  }),
  eventsMaxAge: setting({
    env: ['EVENTS_MAX_AGE_MS'],
    schema: wholeNumber(60_000, 31_536_000_000).default(604_800_000),
    doc: 'Milliseconds that what happened is kept. A stream that exists keeps the limits it was declared with.',
  }),
  eventsMaxBytes: setting({
    env: ['EVENTS_MAX_BYTES'],
    schema: wholeNumber(8_000_000, 1_000_000_000_000).default(200_000_000),
    doc: 'Bytes of what happened that the broker keeps, on each node with a replica; the oldest goes first. 200 MB hold some two million tasks.',
  }),
  workerBeat: setting({
    env: ['WORKER_BEAT_MS'],
    schema: wholeNumber(500, 600_000).default(5_000),
    doc: 'Milliseconds between two records in which a worker says that it lives, with its version, memory, lag, queues and running tasks. Silent for three of them, it counts as lost.',
  }),
  heartbeat: setting({
    env: ['HEARTBEAT_SECONDS'],
    schema: wholeNumber(1, 600).default(30),
    doc: 'Seconds between AMQP heartbeats. The broker drops a client that is silent for two of them, so a handler that blocks the event loop longer than that loses its deliveries.',
  }),
  connectTimeout: setting({
    env: ['CONNECT_TIMEOUT_MS'],
    schema: wholeNumber(100, 600_000).default(10_000),
    doc: 'Milliseconds one attempt to connect may take, the AMQP handshake included.',
  }),
  reconnectDelay: setting({
    env: ['RECONNECT_DELAY_MS'],
    schema: wholeNumber(10, 600_000).default(1_000),
    doc: 'Milliseconds between two attempts to connect, or to consume again after the broker ended a consumer or a channel.',
  }),
};

/** The values of {@link queueSettings}. */
export type QueueSettings = SettingValues<typeof queueSettings>;

/** What `QueueModule.forRoot` takes: the definitions, and any setting that shall differ from its default. */
export interface QueueModuleOptions extends Partial<QueueSettings> {
  /** The task definitions both apps share. */
  readonly tasks: readonly TaskDefinition[];
  /** Further queues: those that only have plain Nest handlers, without a task definition. */
  readonly queues?: readonly QueueDefinition[];
  /** The events that are published, and handled by the queues that are bound to their exchanges. */
  readonly events?: readonly EventDefinition[];
  /** What the threads of a worker run, made by `defineThread`. A worker that handles tasks with `runIn: 'thread'` needs it. */
  readonly thread?: ThreadDefinition;
}

/**
 * The settings that the options give, checked as the environment's are, and the defaults of the rest. The environment
 * itself is the app's matter, not the module's.
 * @throws ConfigurationError that lists every wrong one by its variable.
 */
export function settingsOf(options: QueueModuleOptions): QueueSettings {
  const given = Object.entries(queueSettings).flatMap(([name, { env }]) => {
    const value = options[name as keyof QueueSettings];
    return value === undefined ? [] : [[env[0], textOf(value)] as const];
  });
  return readSettings(queueSettings, Object.fromEntries(given));
}

/** A value as its variable would carry it. An empty list is a list with nothing in it, not one that is not set. */
function textOf(value: string | number | readonly string[]): string {
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? ',' : value.join(',');
}
