import {
  AccessDeniedError,
  ConfirmTimeoutError,
  EventRefusedError,
  NotConnectedError,
  PublishBufferFullError,
  PublishRefusedError,
  TopologyError,
  UnconfirmedError,
  UnroutableError,
} from '@app/queue';
import type { QueueError } from '@app/queue';
import type { HttpProblem } from './http-problem';

interface BrokerProblem {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  /** Seconds. Short where the cause goes away by itself, a minute where a person has to act. */
  readonly retryAfter: number;
}

const NOT_CONFIRMED: BrokerProblem = {
  type: 'not-confirmed',
  title: 'The broker did not confirm the task',
  detail:
    'The task was sent and not confirmed before the deadline, so it may have been stored. Send it again with this id as options.id.',
  retryAfter: 5,
};

const UNREACHABLE: BrokerProblem = {
  type: 'broker-unreachable',
  title: 'The broker cannot be reached',
  detail: 'The broker was not reached before the deadline. Nothing was stored; send the task again.',
  retryAfter: 5,
};

/**
 * What the client is told while the broker cannot confirm. All of it is a 503: the request was right, and the same
 * request may succeed later. The errors' own messages name hosts and users, so they go into the log only.
 */
const brokerProblems: readonly (readonly [new (...args: never[]) => QueueError, BrokerProblem])[] = [
  [NotConnectedError, UNREACHABLE],
  [AccessDeniedError, { ...UNREACHABLE, retryAfter: 60 }],
  [ConfirmTimeoutError, NOT_CONFIRMED],
  [UnconfirmedError, NOT_CONFIRMED],
  [EventRefusedError, NOT_CONFIRMED],
  [
    PublishBufferFullError,
    {
      type: 'too-many-waiting',
      title: 'Too many tasks are waiting for the broker',
      detail:
        'The producer holds as many unconfirmed tasks as it keeps in memory. Nothing was stored; send the task again.',
      retryAfter: 2,
    },
  ],
  [
    PublishRefusedError,
    {
      type: 'refused-by-broker',
      title: 'The broker refused the task',
      detail:
        'The broker refused the task, for example because its queue is full. Nothing was stored; send the task again.',
      retryAfter: 10,
    },
  ],
  [
    UnroutableError,
    {
      type: 'queue-missing',
      title: 'The broker has no queue for the task',
      detail:
        'The queue of the task is missing on the broker. Nothing was stored; send the task again once it is back.',
      retryAfter: 10,
    },
  ],
  [
    TopologyError,
    {
      type: 'queue-unusable',
      title: 'The queue of the task cannot be used',
      detail:
        'The broker has the queue of the task in another form, or does not let this producer use it. Nothing was stored; an operator has to look at it.',
      retryAfter: 60,
    },
  ],
];

/** The problem of an error that the broker is the cause of; `undefined` for any other. */
export function brokerProblemOf(error: QueueError): HttpProblem | undefined {
  const found = brokerProblems.find(([kind]) => error instanceof kind);
  if (found === undefined) return undefined;
  const { type, title, detail, retryAfter } = found[1];
  return { type: `urn:problem-type:warren:${type}`, title, status: 503, detail, problems: [], retryAfter };
}
