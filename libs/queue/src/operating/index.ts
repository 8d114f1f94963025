// The door to `@app/queue/operating`: what looking into queues and steering them takes, without Nest. A test holds that nothing
// here loads it: the command line has to start at once.
export type { DeadLetter, DeadLetterDetails } from '../dead-letter/dead-letter';
export type { DeadLetterQueues } from '../dead-letter/dead-letter-queues';
export type { DeadLetterActionOptions, DeadLetterProgress, DeadLetterResult } from '../dead-letter/dead-letter-queues';
export type { DeadLetterFilter } from '../dead-letter/filter';
export type { ReadingCounts } from '../dead-letter/reading';
export {
  AccessDeniedError,
  ConfigurationError,
  InvalidAddOptionsError,
  InvalidOrderError,
  InvalidPayloadError,
  NotConnectedError,
  TopologyError,
} from '../errors';
export { QueueError } from '../queue-error';
export type { Problem } from '../errors';
export { checkPayload } from '../message/check-payload';
export type { SeenWorkerState, WorkerRecord } from '../history/seen-workers';
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
} from '../history/lifecycle-record';
export type { Quantiles, QueueRate } from '../history/queue-minutes';
export { TaskHistory } from '../history/task-history';
export type { TaskHistoryState } from '../history/task-history';
export { taskIn } from '../history/task-in';
export { isEnd, isSureToBeCancelled } from '../history/task-record';
export type { AttemptRecord, ProgressRecord, TaskRecord, TaskState } from '../history/task-record';
export { parseTaskSearch } from '../history/task-search';
export type { ParsedSearch, SearchProblem, TaskSearch } from '../history/task-search';
export { TaskView } from '../history/task-view';
export type { QueueRecord, SearchPage } from '../history/task-view';
export type { DeadLetterReason } from '../message/dead-letter-message';
export type { Finding, Verdict } from './checkup/finding';
export type { BrokerCounts, WorkQueueCounts } from './counts';
export { oldestWaiting } from './oldest-waiting';
export type { OldestWaiting } from './oldest-waiting';
export { QueueOperations } from './queue-operations';
export type { BrokerFacts } from './broker-contact';
export type { RecordFeed, TakeRecords } from './record-feed';
export { bindingText } from './stale-bindings';
export type { StaleBinding } from './stale-bindings';
export type {
  AddedTask,
  AddOptions,
  AddResult,
  ResultOptions,
  TaskQueue,
  TasksToAdd,
  TaskToAdd,
} from '../producing/task-queue';
export { HistoryUnavailableError, ResultTimeoutError, ResultTooLargeError, TaskFailedError } from '../result-errors';
export { queueSettings } from '../queue.options';
export type { QueueModuleOptions, QueueSettings } from '../queue.options';
export { readSettings, setting, wholeNumber } from '../settings';
export type { Environment, Setting, Settings, SettingValues } from '../settings';
export type { Pause } from '../steering/steering-state';
export type { Steering } from '../steering/steering';
export { TaskRegistry } from '../task-registry';
export { timerOf } from '../timers';
export { BROKER_ROLES, brokerUser } from '../topology/broker-users';
export type { BrokerPermissions, BrokerRole, BrokerUser } from '../topology/broker-users';
export { deadLetterQueueName } from '../topology/names';
