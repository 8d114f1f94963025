import type { CustomStrategy, RmqOptions } from '@nestjs/microservices';
import { BrokerConnection } from './connection/broker-connection';
import type { Connector } from './connection/connector';
import { Publisher } from './connection/publisher';
import { fromNest } from './consuming/nest-options';
import { NestServer } from './consuming/nest-server';
import { QueueEvents } from './events';
import { Beats } from './history/beats';
import { eventsWriter } from './history/events-stream';
import { Recorder } from './history/recorder';
import { workOf } from './history/work-of';
import { settingsOf } from './queue.options';
import type { QueueSettings } from './queue.options';
import type { RunPolicyInput } from './run-policy';
import { controlStreamPlan } from './steering/control-stream';
import { Steering, silentConnection } from './steering/steering';
import { TaskRegistry } from './task-registry';
import { logEvents } from './telemetry/log-events';
import { Spans } from './telemetry/spans';
import { ThreadPool } from './threading/thread-pool';
import { routeDeclarer } from './topology/declare';
import { WORKER_NAME } from './worker-name';

/** What {@link warrenTransport} takes besides Nest's own options. */
export interface WarrenTransportOptions {
  /** How what fails is tried again. Default: one attempt, then the dead-letter queue. */
  readonly policy?: RunPolicyInput;
  /** Settings of Warren's own, such as `shutdownTimeout`. */
  readonly settings?: Partial<Omit<QueueSettings, 'urls' | 'workerQueues' | 'concurrency'>>;
  /** What connects to the broker. Default: the AMQP client; a test hands in a `MemoryBroker` of `@app/queue/testing`. */
  readonly connector?: Connector;
}

/** What was published last has so long to be confirmed when the app closes. */
const FLUSH_TIMEOUT_MS = 5_000;

/**
 * Warren's strategy for an application that runs on Nest's RMQ transport, by one line: its options stay as they are.
 *
 * ```ts
 * NestFactory.createMicroservice(AppModule, warrenTransport({ transport: Transport.RMQ, options }));
 * ```
 *
 * Handlers, wildcards, exchanges and answers stay what they were; each delivery has a defined end from now on, what fails is kept in
 * `<queue>.dlq`, and consumers come back by themselves. With `app.useGlobalFilters(new TaskErrorFilter())` a dead letter tells the error that
 * was thrown, which Nest's last filter replaces by "Internal server error". docs/migrating.md has the way on.
 * @throws ConfigurationError that names every option that cannot be had, and why
 * @throws DefinitionError when the queue or the policy cannot be
 */
export function warrenTransport(
  { options = {} }: RmqOptions,
  { policy, settings: given = {}, connector }: WarrenTransportOptions = {},
): CustomStrategy & { readonly strategy: NestServer } {
  const nest = fromNest(options, policy);
  const registry = new TaskRegistry([], [nest.queue]);
  const checked = settingsOf({ ...given, ...nest.settings, tasks: [] });
  const { connectionOptions, maxConnectionAttempts } = nest;
  const settings = connectionOptions === undefined ? checked : { ...checked, connectionOptions };
  const consumingSettings = maxConnectionAttempts === undefined ? settings : { ...settings, maxConnectionAttempts };
  const events = logEvents(new QueueEvents());
  const tracing = new Spans(settings.urls);
  const producing = new BrokerConnection('producing', settings, events, connector);
  const declareRoute = routeDeclarer(registry.queues, settings.queueType, [controlStreamPlan]);
  const publisher = new Publisher(producing, settings, declareRoute);
  const writer = eventsWriter(producing, settings, events);
  const life = {
    begin: (): void => {
      producing.open();
      if (settings.eventsStream === 'on') recorder.start();
    },
    end: async (): Promise<void> => {
      await recorder.stop();
      await publisher.flush(FLUSH_TIMEOUT_MS);
      await producing.close();
      await tracing.flush();
    },
  };
  const strategy = new NestServer(
    nest,
    life,
    new BrokerConnection('consuming', consumingSettings, events, connector),
    publisher,
    registry,
    settings,
    events,
    new ThreadPool(undefined, events, settings.threads, undefined, tracing),
    tracing,
    new Steering(silentConnection(settings, connector), publisher, settings, events),
  );
  const work = workOf(strategy);
  const recorder = new Recorder(WORKER_NAME, writer, events, work, new Beats(settings.workerBeat, work));
  return { strategy };
}
