import {
  AccessDeniedError,
  ConfigurationError,
  ConfirmTimeoutError,
  DefinitionError,
  EventRefusedError,
  HistoryUnavailableError,
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
  ResultTimeoutError,
  ResultTooLargeError,
  TaskCancelledError,
  TaskFailedError,
  TaskTimeoutError,
  ThreadFailedError,
  TopologyError,
  UnconfirmedError,
  UndecodableMessageError,
  UnrecoverableError,
  UnknownTaskError,
  UnroutableError,
  WorkerStoppedError,
} from '@app/queue';
import * as queueNames from '@app/queue';
import { BadRequestException, HttpException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { httpProblemOf } from './http-problem';
import {
  BatchNotAddedError,
  InvalidRequestError,
  TaskNotAddedError,
  TaskNotKnownError,
  TooManyFollowersError,
} from './request-errors';

const SECRET = 'amqp://user:secret@broker.internal';
const fields = [{ path: 'width', message: 'too small' }];

/** One row for each error: [error, status, type, Retry-After in seconds]. */
const table: readonly (readonly [Error, number, string, number | undefined])[] = [
  [new InvalidRequestError(fields), 400, 'invalid-task', undefined],
  [new InvalidPayloadError('a', fields), 400, 'invalid-task', undefined],
  [new InvalidAddOptionsError(fields), 400, 'invalid-task', undefined],
  [new InvalidOrderError(fields), 400, 'invalid-task', undefined],
  [new UnknownTaskError('a', 'here'), 404, 'unknown-task', undefined],
  [new MessageTooLargeError(20, 10, 'a'), 413, 'task-too-large', undefined],
  [new PublishBufferFullError(1, 2), 503, 'too-many-waiting', 2],
  [new NotConnectedError(SECRET), 503, 'broker-unreachable', 5],
  [new ConfirmTimeoutError('q', 100), 503, 'not-confirmed', 5],
  [new UnconfirmedError('q', new Error('why')), 503, 'not-confirmed', 5],
  [new EventRefusedError('e', 'id-1'), 503, 'not-confirmed', 5],
  [new UnroutableError('q'), 503, 'queue-missing', 10],
  [new PublishRefusedError('q', SECRET), 503, 'refused-by-broker', 10],
  [new AccessDeniedError(SECRET), 503, 'broker-unreachable', 60],
  [new TopologyError('q', 406, SECRET), 503, 'queue-unusable', 60],
  [new ConfigurationError([{ path: 'AMQP_URL', message: SECRET }]), 500, 'about:blank', undefined],
  [new DefinitionError(SECRET), 500, 'about:blank', undefined],
  [new WorkerStoppedError(), 500, 'about:blank', undefined],
  [new TaskCancelledError('anna'), 500, 'about:blank', undefined],
  [new HistoryUnavailableError(SECRET), 503, 'history-unavailable', 10],
  [new TaskNotKnownError('id-1'), 404, 'task-not-known', undefined],
  [new TooManyFollowersError(), 503, 'too-many-followers', 10],
  [new ResultTimeoutError('id-1', 500, undefined), 500, 'about:blank', undefined],
  [new ResultTooLargeError('id-1'), 500, 'about:blank', undefined],
  [
    new TaskFailedError({ id: 'a', queue: 'q', state: 'dead-lettered', updatedAt: 1, attempt: 1, attempts: [] }),
    500,
    'about:blank',
    undefined,
  ],
  [new UnrecoverableError(SECRET), 500, 'about:blank', undefined],
  [new TaskTimeoutError(5), 500, 'about:blank', undefined],
  [new ThreadFailedError(new Error('no')), 500, 'about:blank', undefined],
  [new MessageRefusedError('it is not signed'), 500, 'about:blank', undefined],
  [new UndecodableMessageError('it has a time limit'), 500, 'about:blank', undefined],
  [new InvalidFilterError(fields), 500, 'about:blank', undefined],
  [new QueueReadError('q', SECRET), 500, 'about:blank', undefined],
];

describe('the problem of an error', () => {
  it.each(table.map((row) => [row[0].constructor.name, ...row] as const))(
    '%s',
    (_, error, status, kind, retryAfter) => {
      const problem = httpProblemOf(error);
      const type = kind === 'about:blank' ? kind : `urn:problem-type:warren:${kind}`;
      expect({ status: problem.status, type: problem.type, retryAfter: problem.retryAfter }).toEqual({
        status,
        type,
        retryAfter,
      });
      expect(problem.title).not.toBe('');
      expect(JSON.stringify(problem)).not.toMatch(/secret|amqp/);
    },
  );

  it('has a row for every error of the queue library', () => {
    const exported = Object.keys(queueNames).filter((name) => name.endsWith('Error') && name !== 'QueueError');
    const rows = new Set(table.map(([error]) => error.constructor.name));
    expect(exported.filter((name) => !rows.has(name))).toEqual([]);
  });

  it('says where a wrong field stands in the request', () => {
    const paths = [
      new InvalidRequestError(fields),
      new InvalidPayloadError('a', fields),
      new InvalidAddOptionsError(fields),
    ];
    expect(paths.map((error) => httpProblemOf(error).problems[0]?.path)).toEqual([
      'width',
      'payload.width',
      'options.width',
    ]);
    const whole = new InvalidPayloadError('tutorial', [{ path: '', message: 'expected string' }]);
    expect(httpProblemOf(whole).problems).toEqual([{ path: 'payload', message: 'expected string' }]);
  });

  it('lists a hundred problems at most', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ path: String(index), message: 'wrong' }));
    const problem = httpProblemOf(new InvalidPayloadError('a', many));
    expect(problem.problems).toHaveLength(100);
    expect(problem.detail).toBe('100 wrong fields are listed, and there may be more. Nothing was stored.');
  });

  it('says that an unconfirmed task may have been stored, and by which id to send it again', () => {
    const problem = httpProblemOf(new TaskNotAddedError('id-1', new ConfirmTimeoutError('q', 100)));
    expect(problem).toMatchObject({ id: 'id-1', detail: expect.stringMatching(/may have been stored.*options\.id/) });
  });

  it('names the id only where sending the task again can help', () => {
    expect(httpProblemOf(new TaskNotAddedError('id-1', new MessageTooLargeError(2, 1, 'a')))).not.toHaveProperty('id');
  });

  it('of a batch asks for the longest wait among its tasks and keeps their results', () => {
    const results = [new NotConnectedError(''), new TopologyError('q', 406, '')].map((error, index) => ({
      index,
      status: 503,
      error: httpProblemOf(error),
    }));
    expect(httpProblemOf(new BatchNotAddedError(results))).toMatchObject({ status: 503, retryAfter: 60, results });
  });

  it.each([
    [new NotFoundException('Cannot GET /x'), 404, 'Not Found', 'Cannot GET /x'],
    [
      new BadRequestException('Unexpected token s, "secret" at position 7', { cause: { type: 'entity.parse.failed' } }),
      400,
      'Bad Request',
      'The body is not valid JSON (at position 7).',
    ],
    [
      new HttpException('request entity too large', 413, { cause: { type: 'entity.too.large', limit: 10 } }),
      413,
      'Payload Too Large',
      'The body is larger than 10 bytes, the most this API reads. Nothing was stored.',
    ],
  ])('%#: a protocol error keeps its status and is told in our words', (error, status, title, detail) => {
    expect(httpProblemOf(error)).toEqual({ type: 'about:blank', title, status, detail, problems: [] });
  });

  it.each([
    new Error('secret'),
    new TypeError('secret'),
    'secret',
    undefined,
    new ServiceUnavailableException('secret'),
  ])('%#: an error of our own is told without its message', (error) => {
    const problem = httpProblemOf(error);
    expect(problem.status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(problem)).not.toContain('secret');
  });
});
