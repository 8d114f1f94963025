import { EventEmitter, once } from 'node:events';
import { closingAfterEach } from '../support/closing';
import { LettersWorker, addLetters, letters } from '../support/letters';
import type { StartOptions } from '../support/letters';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const { full, few } = letters;
const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

const open = async (...how: StartOptions) => closing(await LettersWorker.start(vhost, ...how));

describe('a batch', () => {
  it('lets a handler settle its tasks by hand', async () => {
    const { worker } = await open((_payloads, { tasks: [first, second] }) => {
      first.getChannelRef().ack(first.getMessage());
      second?.getChannelRef().nack(second.getMessage(), false, false);
      throw new Error('the others have failed');
    });
    await addLetters(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.dead-lettered', 3);
    expect(worker.seen('task.dead-lettered').filter(({ reason }) => reason === 'rejected')).toHaveLength(1);
    await vhost.takeAll('letters.dlq');
    await worker.close();
    expect(await vhost.takeAll('letters')).toEqual([]);
  });

  it('of which one is given back by hand has done the others, and that one comes again', async () => {
    const { worker, batches } = await open((_payloads, { tasks: [first] }) => {
      if (!first.isRedelivered) first.getChannelRef().nack(first.getMessage(), false, true);
    });
    await addLetters(worker, few, ['a', 'b', 'c', 'd']);
    await worker.sees('task.completed', 4);
    expect(batches.map(({ payloads }) => payloads)).toEqual([['a', 'b', 'c', 'd'], ['a']]);
    expect(worker.seen('task.requeued')).toHaveLength(1);
    await worker.close();
    expect(await vhost.takeAll('letters')).toEqual([]);
  });

  it('runs at once when it is a suspect’s, which nobody will join', async () => {
    const { worker, batches } = await open();
    vhost.publish('letters.quarantine', JSON.stringify({ pattern: 'full', data: 'suspect' }), {
      messageId: 'suspect-1',
    });
    expect(await worker.sees('task.completed')).toMatchObject({ id: 'suspect-1' });
    expect(batches.map(({ payloads }) => payloads)).toEqual([['suspect']]);
  });

  it('goes back to its queue when the worker stops and its deadline passes', async () => {
    const { worker, batches } = await open(() => new Promise(() => undefined), { shutdownTimeout: 100 });
    await addLetters(worker, full, ['a', 'b', 'c', 'd']);
    await worker.sees('task.started', 4);
    await worker.close();
    expect(batches[0]?.context.signal.aborted).toBe(true);
    expect(worker.seen('task.requeued')).toHaveLength(4);
    expect(await vhost.takeAll('letters')).toHaveLength(4);
  });

  it('does not wait for company when the worker stops', async () => {
    const { worker, batches } = await open();
    await addLetters(worker, full, ['a', 'b']);
    await worker.sees('task.started', 2);
    expect(batches).toEqual([]);
    await worker.close();
    expect(worker.seen('task.completed')).toHaveLength(2);
    expect(await vhost.takeAll('letters')).toEqual([]);
  });

  it('that was lost before it began is not handled twice', async () => {
    const { worker, batches } = await open();
    await addLetters(worker, full, ['a', 'b', 'c']);
    await worker.sees('task.started', 3);
    await vhost.closeConnections('warren consuming');
    await worker.sees('consumer.started', 2);
    await worker.queue.add(full, 'd');
    await worker.sees('task.completed', 4);
    expect(batches.map(({ payloads }) => new Set(payloads))).toEqual([new Set(['a', 'b', 'c', 'd'])]);
  });

  it('whose connection is lost in the middle: what it completes is not done again, and what fails is', async () => {
    const hold = new EventEmitter();
    let isFirst = true;
    const { worker, batches } = await open(async (payloads) => {
      if (!isFirst) return undefined;
      isFirst = false;
      await once(hold, 'end');
      const late = (text: string) => (text < 'c' ? Promise.resolve() : Promise.reject(new Error('late')));
      return Promise.allSettled(payloads.map(late));
    });
    await addLetters(worker, few, ['a', 'b', 'c', 'd']);
    await waitFor('the batch to begin', () => batches.length === 1);
    await vhost.closeConnections('warren consuming');
    await worker.sees('task.held', 4);
    hold.emit('end');
    await worker.sees('task.skipped', 2);
    await worker.sees('task.completed', 4);
    expect(batches.map(({ payloads }) => payloads.toSorted().join(' '))).toEqual(['a b c d', 'c d']);
    const added = worker.seen('task.added').map(({ id }) => id);
    expect(new Set(worker.seen('task.completed').map(({ id }) => id))).toEqual(new Set(added));
    await worker.close();
    expect([await vhost.takeAll('letters'), await vhost.takeAll('letters.dlq')]).toEqual([[], []]);
  });
});
