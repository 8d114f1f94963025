import * as errors from './errors';

const given = [
  new errors.InvalidPayloadError('image.resize', [
    { path: 'width', message: 'too small' },
    { path: '', message: 'no object' },
  ]),
  new errors.InvalidAddOptionsError([{ path: 'id', message: 'too long' }]),
  new errors.UnknownTaskError('image.crop', 'in this app'),
  new errors.MessageTooLargeError(11, 10, 'image.resize'),
  new errors.PublishBufferFullError(5, 50),
  new errors.NotConnectedError('connect ECONNREFUSED'),
  new errors.UnroutableError('images'),
  new errors.PublishRefusedError('images', 'it is full'),
  new errors.EventRefusedError('orders', 'id-1'),
  new errors.ConfirmTimeoutError('images', 500),
  new errors.UnconfirmedError('images', new Error('why')),
  new errors.TopologyError('images', 406, 'Queue "images" differs.'),
  new errors.QueueReadError('images.dlq', 'the channel closed'),
  new errors.MessageRefusedError('it is not signed'),
  new errors.UndecodableMessageError('it has a time limit'),
  new errors.InvalidFilterError([{ path: 'limit', message: 'must be a whole number from 1, not 0' }]),
  new errors.AccessDeniedError('Wrong password.'),
  new errors.UnrecoverableError('No such customer.'),
  new errors.RetryLater(500),
  new errors.TaskTimeoutError(500),
  new errors.HistoryUnavailableError('no permission'),
  new errors.ResultTimeoutError('id-1', 500, 'running'),
  new errors.ResultTooLargeError('id-1'),
  new errors.TaskFailedError({
    id: 'id-1',
    queue: 'q',
    state: 'dead-lettered',
    updatedAt: 1,
    attempt: 1,
    attempts: [],
  }),
  new errors.WorkerStoppedError(),
  new errors.TaskCancelledError('anna'),
  new errors.InvalidOrderError([{ path: 'by', message: 'must say who asks for it' }]),
  new errors.ConfigurationError([{ path: 'AMQP_URL', message: 'is no URL' }]),
  new errors.ThreadFailedError(new Error('worker exited with code: 1')),
  new errors.DefinitionError('Two tasks.'),
];

describe('the errors', () => {
  it('are all in this list', () => {
    const classes = Object.values(errors).filter((value) => value !== errors.QueueError);
    expect(given.map((error) => error.constructor)).toEqual(expect.arrayContaining(classes));
  });

  it.each(given)('$name is a QueueError with its own name and a whole sentence', (error) => {
    expect(error).toBeInstanceOf(errors.QueueError);
    expect(error.name).toBe(error.constructor.name);
    expect(error.stack).toContain(error.constructor.name);
    expect(error.message).toMatch(error instanceof errors.ConfigurationError ? /^One setting is wrong:\n/ : /^\S.*\.$/);
  });

  it.each([
    errors.MessageTooLargeError,
    errors.PublishBufferFullError,
    errors.NotConnectedError,
    errors.UnroutableError,
    errors.PublishRefusedError,
  ])('%p says that nothing was stored', (type) => {
    expect(given.find((error) => error instanceof type)?.message).toMatch(/Nothing was (sent|stored)/);
  });

  it('a confirm that did not come leaves it open, and says what to do', () => {
    expect(new errors.ConfirmTimeoutError('images', 500).message).toMatch(
      /within 500 ms.*may have been stored.*same id/,
    );
  });

  it('an event that was refused may be stored in some queues, and names its id', () => {
    expect(new errors.EventRefusedError('orders', 'id-1').message).toMatch(/"id-1".*may be stored in some.*same id/);
  });

  it('list every problem, with its place where it has one', () => {
    const payload = new errors.InvalidPayloadError('a', [
      { path: 'b.c', message: 'too small' },
      { path: '', message: 'no object' },
    ]);
    expect(payload.message).toBe('The payload of "a" is not valid: b.c: too small; no object.');
    const settings = new errors.ConfigurationError([
      { path: 'A', message: 'is wrong' },
      { path: 'B', message: 'is missing' },
    ]);
    expect(settings.message).toBe('2 settings are wrong:\n  A: is wrong\n  B: is missing');
  });

  it('keep what caused them', () => {
    const cause = new Error('the client’s words');
    expect(new errors.TopologyError('q', 404, 'Not found.', { cause }).cause).toBe(cause);
  });
});
