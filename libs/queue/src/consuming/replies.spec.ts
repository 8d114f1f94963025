import { ConfirmTimeoutError, PublishBufferFullError } from '../errors';
import { QueueEvents } from '../events';
import type { OutgoingMessage } from '../message/message';
import type { Delivery } from './delivery';
import { Replies } from './replies';

type Publishing = ConstructorParameters<typeof Replies>[0];

/** What of a delivery an answer needs. */
const request = {
  requestId: 'r-1',
  message: { properties: { replyTo: 'answers', correlationId: 'c-1' } },
  facts: () => ({ id: 't-1' }),
} as unknown as Delivery;

/** Publishes as the test says; remembers what arrived, and what failed. */
function repliesOver(publish: (packet: unknown) => Promise<void>, isHalfFull = (): boolean => false) {
  const arrived: unknown[] = [];
  const failed: string[] = [];
  const events = new QueueEvents();
  events.on('reply.failed', ({ why }) => failed.push(why));
  const publisher: Publishing = {
    get isHalfFull() {
      return isHalfFull();
    },
    publish: async (_route, { content }: OutgoingMessage) => {
      const packet: unknown = JSON.parse(content.toString());
      await publish(packet);
      arrived.push(packet);
    },
  };
  return {
    replies: new Replies(publisher, 1_000, events, () => ({ serialize: (packet: unknown) => packet })),
    arrived,
    failed,
  };
}

describe('the answer to a request that nobody handles', () => {
  it('is the one of Nest’s server', async () => {
    const { replies, arrived } = repliesOver(async () => undefined);
    const error = { name: 'UnknownTaskError', message: 'This worker has no handler for "dogs".' };
    await replies.send(request, { kind: 'dead-lettered', reason: 'unknown-task', error });
    expect(arrived).toEqual([
      {
        id: 'r-1',
        err: 'There is no matching message handler defined in the remote service.',
        status: 'error',
        isDisposed: true,
      },
    ]);
  });
});

describe('the answer of a stream', () => {
  it('that lost a value in the middle ends with an error, and not as if it were complete', async () => {
    const { replies, arrived, failed } = repliesOver(async (packet) => {
      if ((packet as { response?: unknown }).response === 2) throw new ConfirmTimeoutError('answers', 1_000);
    });
    await replies.tell(request, 1);
    await replies.tell(request, 2);
    expect(await replies.send(request, { kind: 'completed', result: 3 })).toBe(true);
    expect(arrived).toEqual([
      { id: 'r-1', response: 1 },
      {
        id: 'r-1',
        err: { status: 'error', message: expect.stringContaining('A value of the answer was not sent') },
        isDisposed: true,
      },
    ]);
    expect(failed).toHaveLength(1);
  });

  it('that lost a value and failed besides ends with what it failed with', async () => {
    const { replies, arrived } = repliesOver(async (packet) => {
      if ('response' in (packet as object)) throw new ConfirmTimeoutError('answers', 1_000);
    });
    await replies.tell(request, 1);
    const error = { name: 'Error', message: 'as always' };
    await replies.send(request, { kind: 'dead-lettered', reason: 'attempts-exhausted', error }, 'as always');
    expect(arrived).toEqual([{ id: 'r-1', err: { status: 'error', message: 'as always' }, isDisposed: true }]);
  });

  it('finds room for its end where the memory for waiting messages was full', async () => {
    let isFull = true;
    const isHalfFull = (): boolean => {
      const was = isFull;
      isFull = false; // the first look finds it full
      return was;
    };
    const { replies, arrived, failed } = repliesOver(async () => {
      if (isFull) throw new PublishBufferFullError(10, 100);
    }, isHalfFull);
    expect(await replies.send(request, { kind: 'completed', result: 3 })).toBe(true);
    expect([arrived, failed]).toEqual([[{ id: 'r-1', response: 3, isDisposed: true }], []]);
  });
});
