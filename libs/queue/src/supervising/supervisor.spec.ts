import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { QueueEvents } from '../events';
import type { Told } from './channel-messages';
import { Supervisor } from './supervisor';

/** A process that says what a test needs, in the order in which it needs it; real ones are in test/e2e. */
class FakeProcess extends EventEmitter {
  readonly connected = true;
  readonly orders: unknown[] = [];

  /** Without a number it is one that the system did not start. */
  constructor(readonly pid: number | undefined) {
    super();
  }

  send(order: unknown): void {
    this.orders.push(order);
  }

  tell(told: Told): void {
    this.emit('message', told);
  }

  kill(): void {
    this.orders.push('kill');
  }

  /** It has ended, and all it has said was read. */
  close(code: number): void {
    this.emit('close', code, null);
  }
}

interface Made {
  readonly forked: FakeProcess[];
  readonly failed: string[];
  readonly events: QueueEvents;
  readonly supervisor: Supervisor;
}

/** A supervisor of three workers. */
function make(begin = (number: number): FakeProcess => new FakeProcess(number)): Made {
  const forked: FakeProcess[] = [];
  const failed: string[] = [];
  const fork = (): ChildProcess => {
    const process = begin(forked.length + 1);
    forked.push(process);
    return process as unknown as ChildProcess;
  };
  const settings = { processes: 3, crashLimit: 5, shutdownTimeout: 1_000, heartbeat: 30 };
  const events = new QueueEvents();
  const supervisor = new Supervisor(settings, fork, events, (text) => failed.push(text));
  return { forked, failed, events, supervisor };
}

/** One that is running. */
function supervise(begin?: (number: number) => FakeProcess): Made & { ended: Promise<boolean> } {
  const made = make(begin);
  return { ...made, ended: made.supervisor.run() };
}

const report = {
  kind: 'report',
  hasConsumed: true,
  hasStarted: true,
  problems: [],
  running: 0,
  tasks: { completed: 0, retrying: 0, 'dead-lettered': 0 },
} as const;

function onAFakeClock(): void {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
}

describe('a supervisor', () => {
  it('starts the first worker alone, and the others when that one has started', async () => {
    const { forked, supervisor, ended } = supervise();
    forked[0]?.tell({ ...report, hasStarted: false, problems: ['queue "b" is not consumed (starting)'] });
    expect(forked).toHaveLength(1);
    expect(supervisor.readiness().problems).toEqual([
      'worker 1: queue "b" is not consumed (starting)',
      'worker 2: waits until worker 1 has started',
      'worker 3: waits until worker 1 has started',
    ]);
    forked[0]?.tell(report);
    expect(forked).toHaveLength(3);
    supervisor.stop('enough');
    for (const process of forked) expect(process.orders).toEqual([{ order: 'stop', why: 'enough' }]);
    for (const process of forked) process.close(0);
    expect(await ended).toBe(true);
  });

  it('ends when the first worker cannot start, though one of its queues was consumed', async () => {
    const { forked, failed, ended } = supervise();
    forked[0]?.tell({ ...report, hasStarted: false });
    forked[0]?.emit('exit', 1, null); // it has ended, and what it said last is still to be read
    forked[0]?.tell({ kind: 'start-failed', text: 'Queue "b" differs.' });
    forked[0]?.close(1);
    expect(await ended).toBe(false);
    expect(failed).toEqual(['Queue "b" differs.']);
    expect(forked).toHaveLength(1);
  });

  it('whose worker was told to stop and did not end as told does not end well', async () => {
    const { forked, supervisor, ended } = supervise();
    forked[0]?.tell(report);
    supervisor.stop('enough');
    for (const [index, process] of forked.entries()) process.close(index === 1 ? 1 : 0);
    expect(await ended).toBe(false);
  });

  it('told to stop before it runs starts nobody, and ends well', async () => {
    const { forked, supervisor } = make();
    supervisor.stop('enough');
    expect(await supervisor.run()).toBe(true);
    expect(forked).toEqual([]);
  });

  it('takes what a handler sends for purposes of its own for no report', async () => {
    const { forked, supervisor, ended } = supervise();
    for (const message of ['ready', 7, undefined, { kind: 'report' }, { kind: 'start-failed' }])
      forked[0]?.emit('message', message);
    expect(supervisor.status[0]).toMatchObject({ worker: 1, pid: 1, state: 'starting', restarts: 0 });
    supervisor.stop('enough');
    forked[0]?.close(0);
    expect(await ended).toBe(true);
  });
});

describe('a worker whose process the system does not start', () => {
  onAFakeClock();

  it('has died once, whatever is said of that process later, and is started again once', async () => {
    const { forked, events, supervisor, ended } = supervise(
      (number) => new FakeProcess(number === 1 ? undefined : number),
    );
    const died = jest.fn();
    events.on('worker.died', died);
    forked[0]?.emit('error', new Error('spawn EAGAIN'));
    forked[0]?.close(-11);
    jest.advanceTimersByTime(500);
    expect(forked).toHaveLength(2);
    forked[0]?.close(-11);
    expect(supervisor.status[0]).toMatchObject({ pid: 2, state: 'starting', restarts: 1 });
    expect(died.mock.calls).toEqual([[{ worker: 1, pid: undefined, why: 'spawn EAGAIN', restartIn: 100 }]]);
    supervisor.stop('enough');
    forked[1]?.close(0);
    expect(await ended).toBe(true);
  });

  it('has died also when Node throws at once, and is given up at the fifth time', async () => {
    const { forked, events, ended } = supervise(() => {
      throw new Error('spawn E2BIG');
    });
    const died = jest.fn();
    events.on('worker.died', died);
    jest.advanceTimersByTime(100 + 200 + 400 + 800);
    expect(await ended).toBe(false);
    expect(died.mock.calls.map(([event]) => event as unknown)).toEqual(
      [200, 400, 800, undefined].map((restartIn) => ({ worker: 1, pid: undefined, why: 'spawn E2BIG', restartIn })),
    );
    expect(forked).toEqual([]);
  });
});

describe('the figures of a supervisor', () => {
  onAFakeClock();

  it('keep what dead processes have done, and begin with it again', async () => {
    const { forked, supervisor, ended } = supervise();
    const first = { ...report, running: 4, tasks: { completed: 7, retrying: 2, 'dead-lettered': 1 } };
    forked[0]?.tell(first);
    forked[0]?.tell({ ...first, problems: ['queue "b" is not consumed (closed)'] });
    const figures = { worker: 1, restarts: 0, running: 4, tasks: first.tasks };
    expect(supervisor.figures.workers[0]).toEqual({ ...figures, isRunning: true, isReady: false });
    forked[0]?.close(1);
    expect(supervisor.figures.workers[0]).toEqual({ ...figures, isRunning: false, isReady: false, running: 0 });
    jest.advanceTimersByTime(100);
    expect(supervisor.figures.workers[0]).toMatchObject({ isRunning: true, isReady: false, tasks: first.tasks });
    forked[3]?.tell({ ...report, running: 2, tasks: { completed: 1, retrying: 0, 'dead-lettered': 3 } });
    const tasks = { completed: 8, retrying: 2, 'dead-lettered': 4 };
    expect(supervisor.figures.workers[0]).toEqual({
      ...figures,
      isRunning: true,
      isReady: true,
      restarts: 1,
      running: 2,
      tasks,
    });
    expect(supervisor.figures.workers.map(({ worker, isReady }) => [worker, isReady])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ]);
    supervisor.stop('enough');
    for (const process of forked.slice(1)) process.close(0);
    expect(await ended).toBe(true);
    expect(supervisor.figures.workers[0]).toMatchObject({ isRunning: false, running: 0, tasks });
  });

  it('count each death by its kind, and no end that was asked for', async () => {
    const { forked, supervisor, ended } = supervise((number) => new FakeProcess(number === 4 ? undefined : number));
    for (const index of [0, 1, 2]) forked[index]?.tell(report);
    forked[0]?.close(0);
    forked[1]?.tell({ kind: 'start-failed', text: 'Queue "b" differs.' });
    forked[1]?.close(1);
    forked[2]?.emit('close', null, 'SIGSEGV');
    jest.advanceTimersByTime(100);
    forked[3]?.emit('error', new Error('spawn EAGAIN'));
    forked[4]?.tell(report);
    jest.advanceTimersByTime(90_000);
    forked[4]?.emit('close', null, 'SIGKILL'); // it did not report, and was killed
    jest.advanceTimersByTime(100);
    forked.at(-1)?.emit('close', null, 'SIGKILL'); // the next one was not
    const deaths = { signal: 2, exit: 1, 'start-failed': 1, killed: 1, 'not-started': 1 };
    expect(Object.fromEntries(supervisor.figures.deaths)).toEqual(deaths);
    supervisor.stop('enough');
    for (const process of forked.slice(5)) process.close(0);
    expect(await ended).toBe(true);
    expect(Object.fromEntries(supervisor.figures.deaths)).toEqual(deaths);
  });
});
