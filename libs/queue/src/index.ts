export type { BatchPolicy } from './batch-policy';
export { decorrelatedJitter, exponential, fixed } from './consuming/backoff';
export type { Backoff, BackoffContext, ExponentialOptions, JitterOptions } from './consuming/backoff';
export { BatchContext } from './consuming/batch-context';
export { connectWorker } from './consuming/connect-worker';
export { TaskContext } from './consuming/task-context';
export { TaskErrorFilter } from './consuming/task-error.filter';
export { TaskServer } from './consuming/task-server';
export type { WorkerState } from './consuming/task-server';
export type { DeadLetter, DeadLetterDetails } from './dead-letter/dead-letter';
export { DeadLetterQueues } from './dead-letter/dead-letter-queues';
export type { DeadLetterActionOptions, DeadLetterProgress, DeadLetterResult } from './dead-letter/dead-letter-queues';
export type { DeadLetterFilter } from './dead-letter/filter';
export type { ReadingCounts } from './dead-letter/reading';
export { defineQueue } from './define-queue';
export type { QueueDefinition, QueueDefinitionInput, QueueType } from './define-queue';
export { DEFAULT_QUEUE, defineTask } from './define-task';
export type { PayloadInputOf, PayloadOf, TaskDefinition, TaskDefinitionInput } from './define-task';
export {
  ConfigurationError,
  ConfirmTimeoutError,
  ConnectionRefusedError,
  DefinitionError,
  InvalidAddOptionsError,
  InvalidFilterError,
  InvalidPayloadError,
  MessageTooLargeError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  QueueError,
  QueueReadError,
  RetryLater,
  TaskTimeoutError,
  ThreadFailedError,
  TopologyError,
  UnconfirmedError,
  UnknownTaskError,
  UnrecoverableError,
  UnroutableError,
  WorkerStoppedError,
} from './errors';
export type { Problem, RetryLaterOptions } from './errors';
export { QueueEvents } from './events';
export type { ConnectionRole, QueueEventMap, TaskFacts } from './events';
export { HealthModule } from './health/health.module';
export { QueueHealth } from './health/queue-health';
export type { Readiness } from './health/queue-health';
export type { DeadLetterReason } from './message/dead-letter-message';
export { dotted, fieldProblems, MAX_PROBLEMS, problemsWithin } from './message/field-problems';
export { foreignJson, nestFormat, plainText } from './message/formats';
export type { ForeignRule, MessageFormat, ReadableMessage, ReadTask } from './message/formats';
export type { HeaderValue } from './message/task-message';
export { TaskQueue } from './producing/task-queue';
export type { AddedTask, AddOptions, AddResult, TaskToAdd } from './producing/task-queue';
export { QueueModule } from './queue.module';
export { queueSettings } from './queue.options';
export type { QueueModuleOptions, QueueSettings } from './queue.options';
export { listen } from './listen';
export { rmqTransport } from './rmq-transport';
export { runApp } from './run-app';
export { runWorkers } from './run-workers';
export type { WorkersOptions } from './run-workers';
export { exceptOn, onlyOn } from './run-policy';
export type { Acknowledge, ErrorClass, RunIn, RunPolicy, RunPolicyInput } from './run-policy';
export { describeSettings, readSettings, setting, wholeNumber } from './settings';
export type { Environment, Setting, Settings, SettingValues } from './settings';
export type { SupervisionSettings } from './supervising/supervisor';
export { TaskRegistry } from './task-registry';
export { appLogger } from './telemetry/app-logger';
export type { LogFormat } from './telemetry/app-logger';
export type { ThreadDefinition } from './threading/open-threads';
export { defineThread } from './threading/thread-app';
export type { ThreadInput } from './threading/thread-app';
export { MAX_DELAY_MS } from './topology/delay-levels';
export { deadLetterQueueName } from './topology/names';
