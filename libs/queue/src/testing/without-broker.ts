import type { FactoryProvider } from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { BrokerConnection } from '../connection/broker-connection';
import { Connector } from '../connection/connector';
import { Publisher } from '../connection/publisher';
import { QueueEvents } from '../events';
import { Recorder } from '../history/recorder';
import { TaskQueue } from '../producing/task-queue';
import { TRACING } from '../queue.module';
import { Steering } from '../steering/steering';
import type { CancelledTask, Cancels } from '../steering/steering-state';
import { NoBroker, RecordingPublisher } from './recording-publisher';
import { RecordingTaskQueue } from './recording-task-queue';
import { WatchedSpans } from './watched-spans';

/** In place of `Steering`: nothing is read from a broker, and tasks are cancelled by whoever runs them. */
export class RunSteering extends Steering {
  private readonly byId = new Map<string, string>();
  private readonly ownCancels: Cancels = cancelsOf(this.byId);

  constructor(publisher: Publisher, events: QueueEvents) {
    const settings = { urls: [], heartbeat: 30, connectTimeout: 1_000, reconnectDelay: 1_000, publishTimeout: 1_000 };
    super(new BrokerConnection('browsing', settings, new QueueEvents(), new NoBroker()), publisher, settings, events);
  }

  override get cancels(): Cancels {
    return this.ownCancels;
  }

  cancelNow(id: string, by: string): void {
    this.byId.set(id, by);
  }

  forget(id: string): void {
    this.byId.delete(id);
  }
}

function cancelsOf(byId: ReadonlyMap<string, string>): Cancels {
  return {
    get cancelCount() {
      return byId.size;
    },
    cancelOf: ({ id }: CancelledTask) => {
      const by = id === undefined ? undefined : byId.get(id);
      return by === undefined ? undefined : { by, at: Date.now() };
    },
  };
}

/** What takes the places of all that would talk to a broker. */
export function brokerlessProviders(): FactoryProvider[] {
  const publisher = new RecordingPublisher();
  return [
    { provide: Connector, useFactory: () => new NoBroker() },
    { provide: Publisher, useFactory: () => publisher },
    { provide: TRACING, useFactory: () => new WatchedSpans() },
    { provide: Recorder, useFactory: () => ({ stop: () => Promise.resolve() }) },
    {
      provide: TaskQueue,
      useFactory: (events: QueueEvents) => new RecordingTaskQueue(publisher, {}, events),
      inject: [QueueEvents],
    },
    {
      provide: Steering,
      useFactory: (events: QueueEvents) => new RunSteering(publisher, events),
      inject: [QueueEvents],
    },
  ];
}

/**
 * Makes a module under test that imports the real `QueueModule` one without a broker: `TaskQueue` is a `RecordingTaskQueue`, and no
 * connection is opened. `withoutBroker(Test.createTestingModule({ imports: [WorkerModule] })).compile()` is what `runTask` takes.
 * @returns the same builder, for further overrides
 */
export function withoutBroker(builder: TestingModuleBuilder): TestingModuleBuilder {
  for (const { provide, useFactory: factory, inject = [] } of brokerlessProviders()) {
    builder.overrideProvider(provide).useFactory({ factory, inject });
  }
  return builder;
}
