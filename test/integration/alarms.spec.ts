import { ConfirmTimeoutError, NotConnectedError } from '@app/queue';
import { closingAfterEach } from '../support/closing';
import { clearDiskAlarm, raiseDiskAlarm } from '../support/disk-alarm';
import { LinkTest, task } from '../support/link-test';
import { clearMemoryAlarm, raiseMemoryAlarm } from '../support/memory-alarm';
import { PrivateNode } from '../support/private-node';
import { waitFor } from '../support/wait-for';
import type { WorkerOptions } from '../support/worker';

const open = closingAfterEach();
let node: PrivateNode;
let test: LinkTest;

beforeAll(async () => {
  node = await PrivateNode.start();
});

afterAll(() => node.stop());

afterEach(async () => {
  await clearMemoryAlarm(node);
  await clearDiskAlarm(node);
});

async function start(options: Partial<WorkerOptions> = {}): Promise<void> {
  test = new LinkTest(open);
  await test.start([node.url], { heartbeat: 30, ...options });
}

/**
 * Adds tasks one after the other, each with a short deadline; returns the errors. The first has more time: in that the broker says that it
 * takes nothing.
 */
async function tryToAdd(names: readonly string[]): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const name of names) {
    const timeout = test.worker.seen('connection.blocked').length === 0 ? 1_500 : 200;
    errors.push(await test.worker.queue.add(task, { name }, { timeout }).catch((error: unknown) => error));
  }
  return errors;
}

const BLOCKED = 'warn: the broker takes no messages for now (low on';
const UNBLOCKED = 'log: the broker takes messages again, said on producing';

describe.each([
  ['memory', 'memory', raiseMemoryAlarm, clearMemoryAlarm],
  ['disk', 'disk', raiseDiskAlarm, clearDiskAlarm],
] as const)('a broker that is short of %s', (_name, what, raise, clear) => {
  it('takes no tasks, hands out and is acknowledged those it has, says so once, and takes them again afterwards; what it did is recorded then', async () => {
    await start({ eventsStream: 'on' });
    const { worker, work, log } = test;
    const first = work.hold('first');
    for (const name of ['first', 'second', 'third']) await worker.queue.add(task, { name }, { id: `${what} ${name}` });
    await waitFor('the first to run', () => work.runsOf('first') === 1);
    await raise(node);

    // The broker tells only who publishes: the first of these is on its way already, and may have been stored.
    const errors = await tryToAdd(['sent', 'kept 1', 'kept 2', 'kept 3']);
    expect(errors).toEqual([
      expect.any(ConfirmTimeoutError),
      ...Array.from({ length: 3 }, () => expect.any(NotConnectedError)),
    ]);
    for (const error of errors) expect(String(error)).toContain(`it is blocked: low on ${what}`);
    await test.says(`tasks cannot be added: the broker is blocked (low on ${what})`);

    // One at a time: each is handed out when the one before it is acknowledged.
    first.release();
    await worker.sees('task.completed', 3);
    const patient = worker.queue.add(task, { name: 'patient' });
    await clear(node);
    await patient;
    await test.says();
    await waitFor('what was added to run', () => work.runsOf('patient') === 1);
    expect(work.runs).toEqual(['first', 'second', 'third', 'sent', 'patient']);
    expect(log.take()).toEqual([`${BLOCKED} ${what}), said on producing`, UNBLOCKED]);
    expect(worker.seen('connection.lost')).toEqual([]);
    expect(await worker.queue.result(`${what} third`)).toBeUndefined();
    expect(worker.seen('history.interrupted')).toEqual([]);
  });
});

describe('a broker that is short of memory and of disk', () => {
  it('takes tasks again when it has both, and says so once', async () => {
    await start();
    await raiseMemoryAlarm(node);
    await tryToAdd(['sent']);
    await raiseDiskAlarm(node);
    await clearMemoryAlarm(node);
    expect(await tryToAdd(['kept'])).toEqual([expect.any(NotConnectedError)]);
    const patient = test.worker.queue.add(task, { name: 'patient' }, { timeout: 30_000 });
    await clearDiskAlarm(node);
    await patient;
    await test.says();
    expect(test.log.take()).toEqual([`${BLOCKED} memory), said on producing`, UNBLOCKED]);
  });
});

describe('an alarm that lasts', () => {
  it('keeps a failed task in its queue, says so once however often it is tried, and puts it aside afterwards', async () => {
    await start({ publishTimeout: 200 });
    const { worker, log } = test;
    const bad = test.work.hold('bad');
    await worker.queue.add(task, { name: 'bad' }, { id: 'bad-1' });
    await waitFor('it to run', () => test.work.runsOf('bad') === 1);
    await raiseMemoryAlarm(node);
    await tryToAdd(['sent', 'kept']);
    bad.release();
    await test.says('1 task waits for the broker', 'the broker is blocked (low on memory)');
    // Each of them is as long as a try to put it aside.
    await tryToAdd(['a while', 'another', 'a third']);

    await clearMemoryAlarm(node);
    await worker.sees('task.dead-lettered');
    await test.says();
    const lines = log.take();
    // When the alarm is over a slow confirm may be another reason, which is told as well.
    const cannotMove = /^error: cannot move task bad-1 to .+ \(it is blocked: /;
    expect(lines.filter((line) => cannotMove.test(line))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith(BLOCKED))).toHaveLength(1);
    expect(lines.filter((line) => line === UNBLOCKED)).toHaveLength(1);
  });

  it('keeps nobody from starting: a worker that comes up meanwhile does the tasks that are there', async () => {
    await start();
    const first = test.work.hold('first');
    await test.worker.queue.add(task, { name: 'first' });
    await waitFor('it to run', () => test.work.runsOf('first') === 1);
    await test.worker.queue.add(task, { name: 'second' });
    await raiseMemoryAlarm(node);
    await tryToAdd(['sent']);

    const other = new LinkTest(open);
    await other.start([node.url]);
    await waitFor('it to do what is there', () => other.work.runsOf('second') === 1);
    expect(other.worker.readiness()).toEqual({ isReady: true, problems: [] }); // it has published nothing, and was told nothing
    first.release();
    await test.worker.sees('task.completed');
  });
});
