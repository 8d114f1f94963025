// The door to `@app/queue/definitions`: what a task definition is written with, apart from Nest, so that programs which only
// know the definitions (the command line) start without it. `@app/queue` has the same names.
export type { BatchPolicy } from '../batch-policy';
export { decorrelatedJitter, exponential, fixed } from '../consuming/backoff';
export type { Backoff, BackoffContext, ExponentialOptions, JitterOptions } from '../consuming/backoff';
export { defineEvent } from '../define-event';
export type { EventDefinition, EventDefinitionInput } from '../define-event';
export { defineQueue } from '../define-queue';
export type { QueueDeclaration, QueueDefinition, QueueDefinitionInput, QueueType } from '../define-queue';
export { DEFAULT_QUEUE, defineTask } from '../define-task';
export type {
  BatchTaskDefinition,
  PayloadInputOf,
  PayloadOf,
  TaskDefinition,
  TaskDefinitionInput,
} from '../define-task';
export { TaskTimeoutError, ThreadFailedError } from '../run-errors';
export { MessageRefusedError, UndecodableMessageError } from '../errors';
export { celery } from '../message/celery';
export type { CeleryCall, CeleryOptions } from '../message/celery';
export { cloudEvents } from '../message/cloud-events';
export type { CloudEventsMode, CloudEventsOptions } from '../message/cloud-events';
export type { EncryptionOptions } from '../message/encryption';
export { foreignJson, nestFormat, plainText } from '../message/formats';
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
} from '../message/formats';
export { messageKeys } from '../message/seal-keys';
export type { KeyMaterial, MessageKey, MessageKeys } from '../message/seal-keys';
export { sealed } from '../message/sealed';
export type { SealOptions } from '../message/sealed';
export type { SigningOptions } from '../message/signature';
export { exceptOn, onlyOn } from '../run-policy';
export type { Acknowledge, ErrorClass, RunIn, RunPolicy, RunPolicyInput } from '../run-policy';
export type { TaskVersions, TaskVersionsInput, Upcaster } from '../task-versions';
export type { ExchangePlan, ExchangeType, QueueBinding } from '../topology/bindings';
