import { DeadLetterQueues, Steering, TaskCancelledError, UnrecoverableError } from '@app/queue';
import type { BatchContext, TaskContext } from '@app/queue';
import { closingAfterEach } from '../support/closing';
import { gate } from '../support/gate';
import { LettersWorker, addLetters, letters } from '../support/letters';
import { SteeredWorker, again, foreman, inSpiteOfIt, once, untilCancelled } from '../support/steered-tasks';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import type { TestWorker } from '../support/worker';

const closing = closingAfterEach();
let vhost: Vhost;
beforeAll(async () => {
  vhost = await Vhost.open();
});
afterAll(() => vhost.close());

/** The payload of a task that runs for as long as its test wants. */
const BUSY = 'busy';
const EMPTY = { ready: 0, unacked: 0, dead: 0 };

it('a cancelled task is not run by a worker that was down at that moment, and reads many orders before it consumes', async () => {
  const app = closing(await foreman(vhost));
  const { id } = await app.queue.add(once, 'cancelled');
  await app.queue.add(once, 'kept');
  const steering = app.app.get(Steering);
  await steering.cancel(
    Array.from({ length: 1_500 }, (_, index) => `other-${index}`),
    'nobody',
  );
  await steering.cancel(id, 'anna');
  expect(app.seen('control.sent').at(-1)).toMatchObject({ action: 'cancel', subject: id, by: 'anna' });
  await app.close();
  const { worker, runs } = closing(await SteeredWorker.start(vhost));
  await worker.sees('task.completed');
  expect(worker.seen('task.cancelled')).toMatchObject([
    { id, name: 'once', queue: 'steered', by: 'anna', hasRun: false },
  ]);
  expect(runs).toEqual(['kept']);
  await vhost.settles('steered', EMPTY);
});

describe('with a worker that is up', () => {
  let handle: (text: string, context: TaskContext) => unknown;
  let steered: SteeredWorker;
  let worker: TestWorker;
  let steering: Steering;
  let before = 0;
  let free = gate();
  beforeAll(async () => {
    steered = await SteeredWorker.start(vhost, (text, context) =>
      text === BUSY ? free.opened : handle(text, context),
    );
    ({ worker, steering } = steered);
  });
  afterAll(() => steered.close());
  beforeEach(() => {
    handle = () => undefined;
    worker.events.length = 0;
    before = steered.runs.length;
    free = gate();
  });
  afterEach(() => free.open());

  /** Adds a task that keeps the worker from beginning what comes after it, until {@link free} is opened. */
  const addBusy = () => worker.queue.add(once, BUSY);

  /** The payloads of the runs that this test has begun, other than those. */
  const runs = (): string[] => steered.runs.slice(before).filter((text) => text !== BUSY);

  describe('a cancelled task', () => {
    it('is not run when its delay is over', async () => {
      await addBusy();
      await worker.sees('task.started');
      const { id } = await worker.queue.add(once, 'delayed', { delay: 300 });
      await steered.cancel(id);
      free.open();
      expect(await worker.sees('task.cancelled')).toMatchObject({ id, by: 'anna', hasRun: false });
      expect(runs()).toEqual([]);
    });

    it('is not tried again', async () => {
      handle = () => {
        throw new Error('no');
      };
      const { id } = await worker.queue.add(again, 'retried');
      await addBusy();
      await worker.sees('task.retrying');
      await steered.cancel(id);
      free.open();
      expect(await worker.sees('task.cancelled')).toMatchObject({ id, attempt: 2, hasRun: false });
      expect(runs()).toEqual(['retried']);
      await vhost.settles('steered', EMPTY);
    });

    it('that runs is told by its signal, and when it fails then it is not tried again', async () => {
      handle = (_, context) => untilCancelled(context);
      const { id } = await worker.queue.add(again, 'running');
      await worker.sees('task.started');
      await steering.cancel(id, 'anna');
      expect(await worker.sees('task.cancelled')).toMatchObject({ id, by: 'anna', hasRun: true });
      expect(worker.seen('task.retrying')).toEqual([]);
      expect(runs()).toEqual(['running']);
      await vhost.settles('steered', EMPTY);
    });

    it('that runs and completes all the same has completed', async () => {
      handle = (_, context) => inSpiteOfIt(context);
      const { id } = await worker.queue.add(once, 'running');
      await worker.sees('task.started');
      await steering.cancel(id, 'anna');
      await worker.sees('task.completed');
      await vhost.settles('steered', EMPTY);
      expect(worker.seen('task.cancelled')).toEqual([]);
    });

    it('that is acknowledged by hand in a refusal is cancelled, and not put aside', async () => {
      handle = async (_, context) => {
        await inSpiteOfIt(context);
        context.getChannelRef().nack(context.getMessage(), false, false);
      };
      const { id } = await worker.queue.add(once, 'refused');
      await worker.sees('task.started');
      await steering.cancel(id, 'anna');
      expect(await worker.sees('task.cancelled')).toMatchObject({ hasRun: true });
      await vhost.settles('steered', EMPTY);
    });

    it('that waits in quarantine is not run there', async () => {
      await steered.cancel('suspect');
      const message = JSON.stringify({ pattern: 'once', data: 'suspect' });
      vhost.publish('steered.quarantine', message, { messageId: 'suspect', headers: { 'x-crashes': 2 } });
      expect(await worker.sees('task.cancelled')).toMatchObject({ id: 'suspect', hasRun: false });
      expect(runs()).toEqual([]);
    });

    it('that a stranger has added in the second of the cancel or before is not run, and one of a later second is', async () => {
      const second = Math.floor(Date.now() / 1_000); // the cancel's or, when that takes its time, one before
      await steered.cancel('order-1');
      const add = (timestamp: number, data: string): void =>
        vhost.publish('steered', JSON.stringify({ pattern: 'once', data }), { messageId: 'order-1', timestamp });
      add(second, 'before');
      add(second + 60, 'after');
      await worker.sees('task.completed');
      await worker.sees('task.cancelled');
      expect(runs()).toEqual(['after']);
    });
  });

  describe('a cancel counts only for what was there: the same id', () => {
    it('runs when it is added again', async () => {
      await addBusy();
      await worker.queue.add(once, 'first', { id: 'order-2' });
      await steered.cancel('order-2');
      await worker.queue.add(once, 'second', { id: 'order-2' });
      free.open();
      await worker.sees('task.completed', 2);
      expect(await worker.sees('task.cancelled')).toMatchObject({ id: 'order-2' });
      expect(runs()).toEqual(['second']);
    });

    it('runs when it is redriven', async () => {
      let isFirst = true;
      handle = () => {
        if (!isFirst) return;
        isFirst = false;
        throw new UnrecoverableError('no');
      };
      const { id } = await worker.queue.add(once, 'dead');
      await worker.sees('task.dead-lettered');
      await steered.cancel(id);
      await worker.app.get(DeadLetterQueues).redrive({ queue: 'steered' });
      await worker.sees('task.completed');
      expect(worker.seen('task.cancelled')).toEqual([]);
      expect(runs()).toEqual(['dead', 'dead']);
    });
  });
});

describe('cancelled tasks of a batch', () => {
  let handle: (context: BatchContext) => unknown = () => undefined;
  let lettersWorker: LettersWorker;
  beforeAll(async () => {
    lettersWorker = await LettersWorker.start(vhost, (_payloads, context) => handle(context));
  });
  afterAll(() => lettersWorker.close());
  beforeEach(() => {
    lettersWorker.worker.events.length = 0;
    handle = () => undefined;
  });
  const idsOf = (worker: LettersWorker['worker']): string[] => worker.seen('task.added').map(({ id }) => id);

  it('leave it before it begins, and the others are handled', async () => {
    const { worker, batches } = lettersWorker;
    const before = batches.length;
    await addLetters(worker, letters.full, ['a', 'b', 'c']);
    await worker.sees('task.started', 3);
    const [first = ''] = idsOf(worker);
    await worker.app.get(Steering).cancel(first, 'anna');
    await worker.sees('task.cancelled');
    await addLetters(worker, letters.full, ['d', 'e']);
    await worker.sees('task.completed', 4);
    expect(batches.slice(before).map(({ payloads }) => payloads)).toEqual([['b', 'c', 'd', 'e']]);
  });

  it('that has begun are told each by its own signal; the batch’s fires with the last of them', async () => {
    const fired: unknown[] = [];
    const { worker, batches } = lettersWorker;
    const before = batches.length;
    handle = async (context) => {
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      fired.push(context.signal.reason);
      throw new Error('cut off');
    };
    await addLetters(worker, letters.full, ['a', 'b', 'c', 'd']);
    await waitFor('the batch', () => batches[before]);
    const [first = '', ...others] = idsOf(worker);
    const steering = worker.app.get(Steering);
    await steering.cancel(first, 'anna');
    await waitFor('its signal', () => batches[before]?.context.tasks.find(({ id }) => id === first)?.signal.aborted);
    expect(fired).toEqual([]);
    await steering.cancel(others, 'ben');
    await worker.sees('task.cancelled', 4);
    expect(fired).toEqual([expect.any(TaskCancelledError)]);
    expect(
      worker
        .seen('task.cancelled')
        .map(({ by }) => by)
        .toSorted(),
    ).toEqual(['anna', 'ben', 'ben', 'ben']);
  });
});
