import * as fc from 'fast-check';
import { TopologyError } from '../errors';
import { topologyErrorOf } from './broker-refusal';

/** As the AMQP client reports it: to the call, or to a channel that nothing was asked of. */
const toCall = (name: string, text: string) => `Operation failed: QueueDeclare; ${name} with message "${text}"`;
const toChannel = (name: string, text: string) => `Channel closed by server: ${name} with message "${text}"`;

const names: Record<number, string> = {
  403: '403 (ACCESS-REFUSED)',
  404: '404 (NOT-FOUND)',
  405: '405 (RESOURCE-LOCKED)',
  406: '406 (PRECONDITION-FAILED)',
};

function refusal(code: number, text: string, wrap = toCall): Error {
  return Object.assign(new Error(wrap(names[code] ?? String(code), text)), { code });
}

const sentence = (queue: string, code: number, text: string) => topologyErrorOf(queue, refusal(code, text))?.message;

const MATCH_IT = 'Change QUEUE_TYPE or the queue’s definition to match it, or delete the queue once it is empty.';

describe('a queue that exists with other arguments (406)', () => {
  it.each([
    [
      'declared with more',
      "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received the value 'quorum' of type 'longstr' but current is none",
      'x-queue-type = none, and this app declares quorum',
    ],
    [
      'declared with less',
      "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received none but current is the value 'quorum' of type 'longstr'",
      'x-queue-type = quorum, and this app declares none',
    ],
    [
      'declared with a number',
      "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received the value '1000' of type 'short' but current is none",
      'x-message-ttl = none, and this app declares 1000',
    ],
    [
      'declared with another value',
      "PRECONDITION_FAILED - inequivalent arg 'x-delivery-limit' for queue 'q' in vhost '/': received '5' but current is '20'",
      'x-delivery-limit = 20, and this app declares 5',
    ],
    [
      'declared with an empty value',
      "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'q' in vhost '/': received none but current is the value '' of type 'longstr'",
      "x-dead-letter-exchange = '', and this app declares none",
    ],
    [
      'declared with a value instead of an empty one',
      "PRECONDITION_FAILED - inequivalent arg 'x-dead-letter-exchange' for queue 'q' in vhost '/': received 'x' but current is ''",
      "x-dead-letter-exchange = '', and this app declares x",
    ],
    [
      'declared as transient',
      "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'",
      'durable = false, and this app declares true',
    ],
    [
      'whose value and vhost read like the sentence itself',
      "PRECONDITION_FAILED - inequivalent arg 'x-a' for queue 'q' in vhost 'v: received none': received 'it's' but current is 'b'",
      "x-a = b, and this app declares it's",
    ],
  ])('%s: RabbitMQ 3.10 to 4.3 names the difference, and so do we', (_what, text, difference) => {
    expect(sentence('q', 406, text)).toBe(`Queue "q" exists with ${difference}. ${MATCH_IT}`);
  });

  it.each([
    ['LavinMQ does not name', "PRECONDITION_FAILED - Existing queue 'q' declared with other arguments"],
    ['a long name cuts off', `PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue '${'q'.repeat(180)}`],
  ])('the difference that %s is somewhere in the arguments', (_what, text) => {
    expect(sentence('q', 406, text)).toBe(
      `Queue "q" exists with other arguments than this app declares (${text}). ${MATCH_IT}`,
    );
  });

  it.each([
    "PRECONDITION_FAILED - invalid arg 'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue",
    "PRECONDITION_FAILED - invalid property 'non-durable' for queue 'q' in vhost '/'",
    "PRECONDITION_FAILED - cannot declare queue 'q' in vhost '/': queue limit in vhost (1) is reached",
    'PRECONDITION_FAILED - Server low on disk space, can not create queue',
  ])('is not what another 406 says: %s', (text) => {
    expect(sentence('q', 406, text)).toBe(`The broker does not declare queue "q" (${text}).`);
  });
});

describe('other refusals', () => {
  it.each([
    ['RabbitMQ 3.10', "ACCESS_REFUSED - access to queue 'exclusive-offers' in vhost '/' refused for user 'u'"],
    ['RabbitMQ 4', "ACCESS_REFUSED - configure access to queue 'exclusive-offers' in vhost '/' refused for user 'u'"],
    ['LavinMQ', "ACCESS_REFUSED - User doesn't have permissions to queue 'exclusive-offers'"],
  ])('a user without permission (403, %s) is told which ones are needed', (_broker, text) => {
    expect(sentence('exclusive-offers', 403, text)).toBe(
      'The broker\'s user has no permission for queue "exclusive-offers"; ' +
        `grant configure, write and read on it, on its dead-letter queue and on delay.* (${text}).`,
    );
  });

  it.each(["ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use"])(
    'another consumer that is exclusive (403) is to be stopped: %s',
    (text) => {
      expect(sentence('q', 403, text)).toBe(
        'Queue "q" is used exclusively by another consumer; stop that one or consume another queue (WORKER_QUEUES).',
      );
    },
  );

  it.each([
    ["NOT_FOUND - no queue 'q' in vhost '/'"],
    ["NOT_FOUND - home node 'rabbit@b' of durable queue 'q' in vhost '/' is down or inaccessible"],
  ])('a queue that is not there (404): %s', (text) => {
    expect(sentence('q', 404, text)).toBe(`Queue "q" does not exist or its node is down (${text}).`);
  });

  it('a queue of another connection (405)', () => {
    const text = "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be ...";
    expect(sentence('q', 405, text)).toBe(
      `Queue "q" is locked: it exists as exclusive or not durable; delete it, or use another name (${text}).`,
    );
  });
});

describe('the error of a refusal', () => {
  it('keeps queue, code and what the client said', () => {
    const cause = refusal(404, "NOT_FOUND - no queue 'q' in vhost '/'", toChannel);
    const error = topologyErrorOf('q', cause);
    expect(error).toBeInstanceOf(TopologyError);
    expect(error).toMatchObject({ queue: 'q', code: 404, cause, name: 'TopologyError' });
    expect(error?.message).not.toContain('Channel closed by server');
  });

  it.each<[string, unknown]>([
    ['a lost connection', new Error('Channel ended, no reply will be forthcoming')],
    ['a socket error, whose code is a word', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['an error of the broker itself', refusal(541, 'INTERNAL_ERROR')],
    ['a connection forced to close', refusal(320, 'CONNECTION_FORCED - Closed via management plugin')],
    ['no error at all', undefined],
    ['an object that is no error', { code: 406, message: 'PRECONDITION_FAILED' }],
  ])('is no %s', (_what, error) => {
    expect(topologyErrorOf('q', error)).toBeUndefined();
  });

  it('is made of any text the broker may say', () => {
    fc.assert(
      fc.property(fc.constantFrom(403, 404, 405, 406), fc.string({ unit: 'binary' }), (code, text) => {
        const cut = `inequivalent arg '${text}' for x: received ${text} but current is ${text}`;
        for (const said of [text, cut]) expect(sentence('my queue', code, said)).toContain('"my queue"');
      }),
    );
  });
});
