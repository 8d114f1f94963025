import { ConfirmTimeoutError, NotConnectedError } from '@app/queue';
import { quarantineName } from '../../libs/queue/src/topology/names';
import { AmqpProxy } from '../support/amqp-proxy';
import type { CutTime } from '../support/amqp-proxy';
import { closingAfterEach } from '../support/closing';
import { LinkTest, NOTICES_SILENCE, RECOVERY, manyAttempts, task } from '../support/link-test';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import type { WorkerOptions } from '../support/worker';

const open = closingAfterEach();
let vhost: Vhost;
let proxy: TcpProxy;
let test: LinkTest;

beforeEach(async () => {
  vhost = open(await Vhost.open());
  proxy = open(await TcpProxy.open(vhost.url));
  test = new LinkTest(open);
});

describe('a link that breaks in the middle of the work', () => {
  /** One task runs, and the worker's lines so far are forgotten. */
  async function startWithOneRunning(options: Partial<WorkerOptions> = {}) {
    await test.start([proxy.url], options);
    const running = test.work.hold('running');
    await test.worker.queue.add(task, { name: 'running' });
    await waitFor('it to run', () => test.work.runsOf('running') === 1);
    return running;
  }

  /** The lines of an outage: a loss of each connection, the consumer, and one reason a connection why there is no other. */
  function expectOutageTold(why: RegExp): void {
    const lines = test.log.take();
    for (const role of ['producing', 'consuming']) {
      const [lost, ...others] = lines.filter((line) => line.includes(` for ${role}: `));
      expect(lost).toMatch(new RegExp(`^warn: lost the connection for ${role}: .*; connecting again$`));
      expect(others).toEqual([
        expect.stringMatching(new RegExp(`^error: cannot connect to .*${why.source}.*; trying again$`)),
      ]);
    }
    expect(lines.filter((line) => /^warn: not consuming work: .*; trying again$/.test(line))).toHaveLength(1);
    expect(lines).toHaveLength(5);
  }

  it.each<[string, () => void, RegExp, Partial<WorkerOptions>]>([
    ['is cut, and stays so', () => proxy.cut({ refuse: true }), /ECONNRESET/, {}],
    ['falls silent, and stays so', () => proxy.blackHole(), /ETIMEDOUT/, NOTICES_SILENCE],
  ])(
    'and %s: adds fail at their deadline or go out afterwards, and what ran is handed out again',
    async (_what, fail, why, options) => {
      const running = await startWithOneRunning(options);
      const { worker, work } = test;
      fail();
      await worker.sees('connection.lost', 2);
      await manyAttempts(proxy);
      await test.says(
        new RegExp(`^queue "work" is not consumed \\(.*${why.source}`),
        new RegExp(`^tasks cannot be added: the connection is reopening \\(.*${why.source}`),
        'queue "work": all 1 slots are held by tasks that still run though their delivery was lost',
      );
      const hurried = worker.queue.add(task, { name: 'hurried' }, { timeout: 100 });
      await expect(hurried).rejects.toThrow(NotConnectedError);
      await expect(hurried).rejects.toThrow(why);
      expectOutageTold(why);

      const patient = worker.queue.add(task, { name: 'patient' });
      running.release();
      proxy.heal({ cut: false });
      await patient;
      await waitFor('it to run, and the other again', () => work.runs.length === 3);
      await test.works(vhost);
      expect(work.runs.toSorted()).toEqual(['patient', 'running', 'running', 'the next one']);
      const endedLate = expect.stringMatching(/^warn: task \S+: it ended \(completed\) after its channel had closed/);
      expect(test.takeLines()).toEqual({ ...RECOVERY, others: [endedLate, ...RECOVERY.others] });
    },
  );

  it('because the host behind it is gone: noticed by the heartbeat, and the next connection is used', async () => {
    const running = await startWithOneRunning({ heartbeat: 1 });
    const { worker, work } = test;
    const attempts = proxy.attempts;
    proxy.sever();
    const hurried = worker.queue.add(task, { name: 'hurried' }, { timeout: 100 });
    await expect(hurried).rejects.toThrow(ConfirmTimeoutError);
    const patient = worker.queue.add(task, { name: 'patient' });

    await patient;
    await worker.sees('connection.lost', 2); // each notices by itself, one a moment later
    expect(worker.seen('connection.lost')).toMatchObject([{ why: 'Heartbeat timeout' }, { why: 'Heartbeat timeout' }]);
    running.release();
    await waitFor('what was added meanwhile to run', () => work.runsOf('patient') === 1);
    await test.works(vhost);
    expect(work.mostAtOnce).toBe(1);
    const lines = test.log.take();
    expect(lines.filter((line) => line.endsWith('Heartbeat timeout; connecting again'))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('error: '))).toEqual([]);
    await waitFor('each of the three to be made anew', () => proxy.attempts >= attempts + 3);
    expect(proxy.attempts).toBe(attempts + 3);
  });
});

describe('a slow link', () => {
  const BYTES_PER_SECOND = 20_000;
  /** Takes twice as long as a silence that ends a connection. */
  const ballast = 'x'.repeat(4 * BYTES_PER_SECOND);

  it('carries a large message for longer than two heartbeats, to the broker and to the worker', async () => {
    await test.start([proxy.url], { heartbeat: 1 });
    proxy.throttle(BYTES_PER_SECOND);
    const startedAt = performance.now();
    await test.worker.queue.add(task, { name: 'large', ballast }, { timeout: 60_000 });
    expect(performance.now() - startedAt).toBeGreaterThan(3_500);
    await waitFor('it to run', () => test.work.runsOf('large') === 1);
    await test.works(vhost);
    expect(test.worker.seen('connection.lost')).toEqual([]);
    expect(test.log.take()).toEqual([]);
  });

  it('holds no add beyond its deadline, and the link goes on', async () => {
    await test.start([proxy.url]);
    proxy.throttle(BYTES_PER_SECOND);
    const hurried = test.worker.queue.add(task, { name: 'large', ballast }, { timeout: 500 });
    const behind = test.worker.queue.add(task, { name: 'behind it' }, { timeout: 500 });
    await expect(hurried).rejects.toThrow(ConfirmTimeoutError);
    await expect(behind).rejects.toThrow(ConfirmTimeoutError);
    expect(test.work.runs).toEqual([]); // the message itself takes 4 s
    expect(test.worker.readiness()).toEqual({ isReady: true, problems: [] });

    await test.works(vhost);
    expect(test.worker.seen('connection.lost')).toEqual([]);
  });
});

describe('a link that breaks while a channel is closed', () => {
  it('keeps no worker from looking for quarantined tasks, and none from stopping', async () => {
    await vhost.channel.assertQueue(quarantineName('work'), { durable: true });
    const cutting = open(await AmqpProxy.open(vhost.url));
    await test.start([cutting.url]);
    for (const times of [1, 2]) {
      cutting.cutAt('channel.close', 'before');
      await waitFor('a look into the quarantine to be cut', () => cutting.cutsDone === times);
    }
    await test.works(vhost);
    let isClosed = false;
    void test.worker.close().then(() => {
      isClosed = true;
    });
    await waitFor('the worker to stop', () => isClosed);
  });
});

describe('a link that breaks each time it is made', () => {
  it('is told a few times, and then when it holds, with the changes that were not told', async () => {
    const TIMES = 25;
    const cutting = open(await AmqpProxy.open(vhost.url));
    await test.start([cutting.url]);
    for (let times = 0; times < TIMES; times += 1) cutting.cutAt('exchange.declare', 'before');
    cutting.cut();
    await test.worker.sees('connection.lost', TIMES);
    await test.works(vhost);

    const { log } = test;
    const held = /for consuming \((\d+) changes before it are not shown\)$/;
    await waitFor(
      () => `the line of its rest; it wrote:\n${log.lines.join('\n')}`,
      () => log.lines.some((line) => held.test(line)),
    );
    const lines = log.lines.filter((line) => line.includes(' for consuming'));
    expect(lines.filter((line) => line.startsWith('warn: lost'))).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/^log: connected to /);
    expect(Number(held.exec(lines.at(-1) ?? '')?.[1])).toBeGreaterThan(TIMES);
    expect(log.lines.length).toBeLessThan(20);
  });
});

/** As many frames at the beginning and at the end of a set-up are cut each. */
const EACH_FRAME = 25;

describe('a connection that is cut at one frame of its set-up after the other', () => {
  it.each<CutTime>(['before', 'after'])(
    '%s the broker has seen it and what left with it: the worker comes up each time',
    async (when) => {
      const measured = open(await AmqpProxy.open(vhost.url));
      await test.start([measured.url]);
      const frames = measured.mostFrames;
      await test.worker.close();
      expect(frames).toBeGreaterThan(10);

      // In the middle stand the declarations of the delay levels, which leave in one write: every tenth of them.
      const isAmongMany = (frame: number): boolean => frame > EACH_FRAME && frame < frames - EACH_FRAME;
      for (let frame = 1; frame <= frames; frame += isAmongMany(frame) ? 10 : 1) {
        const cutting = open(await AmqpProxy.open(vhost.url));
        // Both connections as far as both get so far, or one of them twice.
        for (let times = 0; times < 2; times += 1) cutting.cutAtFrame(frame, when);
        test = new LinkTest(open);
        await test.start([cutting.url]);
        await test.works(vhost);
        expect([frame, cutting.cutsDone]).toEqual([frame, 2]);
        await test.worker.close();
        await waitFor('its consumer to be gone', async () => (await vhost.consumers('work')) === 0);
      }
    },
  );
});
