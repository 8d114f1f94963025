/* oxlint-disable import/no-unassigned-import -- First, and in this order: loaded before `@nestjs/microservices`, the two that it builds upon take
   some 50 ms less of a worker's start than they do as parts of it (bench/README.md, "Cold start"). */
import '@nestjs/common';
import '@nestjs/core';
/* oxlint-enable import/no-unassigned-import */

export type { BatchPolicy } from './batch-policy';
export { decorrelatedJitter, exponential, fixed } from './consuming/backoff';
export type { Backoff, BackoffContext, ExponentialOptions, JitterOptions } from './consuming/backoff';
export { BatchContext } from './consuming/batch-context';
export { connectWorker } from './consuming/connect-worker';
export { createWorker } from './consuming/create-worker';
export { Handles } from './consuming/handles.decorator';
export type { HandlerDecorator, HandlerOf } from './consuming/handles.decorator';
export { TaskContext } from './consuming/task-context';
export { TaskErrorFilter } from './consuming/task-error.filter';
export { TaskServer } from './consuming/task-server';
export type { WorkerState } from './consuming/worker-state';
export type { DeadLetter, DeadLetterDetails } from './dead-letter/dead-letter';
export { DeadLetterQueues } from './dead-letter/dead-letter-queues';
export type { DeadLetterActionOptions, DeadLetterProgress, DeadLetterResult } from './dead-letter/dead-letter-queues';
export type { DeadLetterFilter } from './dead-letter/filter';
export type { ReadingCounts } from './dead-letter/reading';
export { defineEvent } from './define-event';
export type { EventDefinition, EventDefinitionInput } from './define-event';
export { defineQueue } from './define-queue';
export type { QueueDeclaration, QueueDefinition, QueueDefinitionInput, QueueType } from './define-queue';
export { DEFAULT_QUEUE, defineTask } from './define-task';
export type {
  BatchTaskDefinition,
  PayloadInputOf,
  PayloadOf,
  TaskDefinition,
  TaskDefinitionInput,
} from './define-task';
export {
  AccessDeniedError,
  ConfigurationError,
  ConfirmTimeoutError,
  DefinitionError,
  EventRefusedError,
  InvalidAddOptionsError,
  InvalidFilterError,
  InvalidOrderError,
  InvalidPayloadError,
  MessageRefusedError,
  MessageTooLargeError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  QueueReadError,
  TopologyError,
  UnconfirmedError,
  UndecodableMessageError,
  UnknownTaskError,
  UnroutableError,
} from './errors';
export type { Problem } from './errors';
export { QueueEvents } from './events';
export type { ConnectionRole, FailedRun, QueueEventMap, TaskFacts } from './events';
export { QueueHealth } from './health/queue-health';
export type { Readiness } from './health/queue-health';
export type { SeenWorkerState, WorkerRecord } from './history/seen-workers';
export { fingerprintOf } from './history/fingerprint';
export type {
  AddedRecord,
  BeatQueue,
  BeatRecord,
  CancelledRecord,
  CompletedRecord,
  DeadLetteredRecord,
  DeadLetterRecord,
  LeavingState,
  LifecycleRecord,
  OrderedRecord,
  ProcessRecord,
  ProgressedRecord,
  RetryingRecord,
  ReturnedRecord,
  StartedRecord,
  TaskHappened,
  TaskLifecycleRecord,
} from './history/lifecycle-record';
export type { Quantiles, QueueRate } from './history/queue-minutes';
export { TaskHistory } from './history/task-history';
export type { TaskHistoryState } from './history/task-history';
export { isEnd } from './history/task-record';
export type { AttemptRecord, ProgressRecord, TaskRecord, TaskState } from './history/task-record';
export { parseTaskSearch } from './history/task-search';
export type { ParsedSearch, SearchProblem, TaskSearch } from './history/task-search';
export { TaskView } from './history/task-view';
export type { QueueRecord, SearchPage } from './history/task-view';
export { celery } from './message/celery';
export type { CeleryCall, CeleryOptions } from './message/celery';
export { cloudEvents } from './message/cloud-events';
export type { CloudEventsMode, CloudEventsOptions } from './message/cloud-events';
export type { DeadLetterReason } from './message/dead-letter-message';
export type { EncryptionOptions } from './message/encryption';
export { dotted, fieldProblems, MAX_PROBLEMS, problemsWithin } from './message/field-problems';
export { foreignJson, nestFormat, plainText } from './message/formats';
export type {
  BodyFormat,
  ForeignRule,
  HeadersRead,
  HeadersSchema,
  MessageFormat,
  ReadableMessage,
  ReadTask,
  StatedFacts,
  TaskToWrite,
  WrittenMessage,
} from './message/formats';
export { messageKeys } from './message/seal-keys';
export type { KeyMaterial, MessageKey, MessageKeys } from './message/seal-keys';
export { sealed } from './message/sealed';
export type { SealOptions } from './message/sealed';
export type { SigningOptions } from './message/signature';
export type { HeaderValue } from './message/task-message';
export { TaskQueue } from './producing/task-queue';
export type { AddedTask, AddOptions, AddResult, ResultOptions, TasksToAdd, TaskToAdd } from './producing/task-queue';
export type { PublishedEvent, PublishOptions } from './producing/publish-event';
export { QueueError } from './queue-error';
export { QueueModule } from './queue.module';
export { queueSettings } from './queue.options';
export type { QueueModuleOptions, QueueSettings } from './queue.options';
export { listen } from './listen';
export { rmqTransport } from './rmq-transport';
export { runApp } from './run-app';
export {
  RetryLater,
  TaskCancelledError,
  TaskTimeoutError,
  ThreadFailedError,
  UnrecoverableError,
  WorkerStoppedError,
} from './run-errors';
export type { RetryLaterOptions } from './run-errors';
export { HistoryUnavailableError, ResultTimeoutError, ResultTooLargeError, TaskFailedError } from './result-errors';
export { runWorkers } from './run-workers';
export type { WorkersOptions } from './run-workers';
export { exceptOn, onlyOn } from './run-policy';
export type { Acknowledge, ErrorClass, RunIn, RunPolicy, RunPolicyInput } from './run-policy';
export { warrenTransport } from './warren-transport';
export type { WarrenTransportOptions } from './warren-transport';
export { describeSettings, readSettings, setting, wholeNumber } from './settings';
export type { Environment, Setting, Settings, SettingValues } from './settings';
export type { SupervisionSettings } from './supervising/supervisor';
export type { Pause } from './steering/steering-state';
export { Steering } from './steering/steering';
export { TaskRegistry } from './task-registry';
export type { TaskVersions, TaskVersionsInput, Upcaster } from './task-versions';
export { appLogger } from './telemetry/app-logger';
export type { LogFormat } from './telemetry/app-logger';
export { runningTask } from './telemetry/running-task';
export type { RunningTask } from './telemetry/running-task';
export type { ThreadDefinition } from './threading/open-threads';
export { defineThread } from './threading/thread-app';
export type { ThreadInput } from './threading/thread-app';
export type { ExchangePlan, ExchangeType, QueueBinding } from './topology/bindings';
export { MAX_DELAY_MS } from './topology/delay-levels';
export { deadLetterQueueName } from './topology/names';
