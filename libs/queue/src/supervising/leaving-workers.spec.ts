import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { QueueEvents } from '../events';
import { Supervisor } from './supervisor';

const report = {
  kind: 'report',
  hasConsumed: true,
  hasStarted: true,
  problems: [],
  running: 0,
  tasks: { completed: 0, retrying: 0, 'dead-lettered': 0 },
};
const leaving = { kind: 'leaving', why: 'anna asked for it' };

/** A running supervisor of three workers, the channels of their processes, and what it tells. */
function supervise() {
  const processes: EventEmitter[] = [];
  const told: string[] = [];
  const fork = (): ChildProcess => {
    const pid = processes.length + 1;
    const child = Object.assign(new EventEmitter(), { pid, connected: true, kill: () => told.push(`killed ${pid}`) });
    processes.push(child);
    return child as unknown as ChildProcess;
  };
  const events = new QueueEvents();
  events.on('worker.stopped', ({ worker }) => told.push(`stopped ${worker}`));
  events.on('worker.died', ({ worker }) => told.push(`died ${worker}`));
  const settings = { processes: 3, crashLimit: 5, shutdownTimeout: 1_000, heartbeat: 30 };
  const supervisor = new Supervisor(settings, fork, events, () => undefined);
  const ended = supervisor.run();
  const tell = (worker: number, message: object): unknown => processes[worker - 1]?.emit('message', message);
  const close = (worker: number, code: number): unknown => processes[worker - 1]?.emit('close', code, null);
  return { supervisor, told, ended, tell, close, processes };
}

describe('a worker that somebody has told to stop', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is not started again, and the others go on; the supervisor ends when the last has left', async () => {
    const { supervisor, told, ended, tell, close, processes } = supervise();
    for (const worker of [1, 2, 3]) tell(worker, report);
    tell(2, leaving);
    expect(supervisor.readiness()).toEqual({
      isReady: true,
      problems: [],
      remarks: ['worker 2: was stopped (anna asked for it) and is not started again'],
    });
    close(2, 0);
    await jest.advanceTimersByTimeAsync(5_000);
    expect([processes.length, told]).toEqual([3, ['stopped 2']]);
    expect(supervisor.status.map(({ state }) => state)).toEqual(['up', 'ended', 'up']);
    for (const worker of [1, 3]) {
      tell(worker, leaving);
      close(worker, 0);
    }
    expect(await ended).toBe(true);
    expect([processes.length, told]).toEqual([3, ['stopped 2', 'stopped 1', 'stopped 3']]);
  });

  it('is killed when it does not end, and not started again for that either', async () => {
    const { supervisor, told, tell, close, processes } = supervise();
    for (const worker of [1, 2, 3]) tell(worker, report);
    tell(1, leaving);
    const reporting = setInterval(() => [2, 3].forEach((worker) => tell(worker, report)), 1_000);
    await jest.advanceTimersByTimeAsync(21_001);
    close(1, 1);
    await jest.advanceTimersByTimeAsync(30_000);
    clearInterval(reporting);
    expect([processes.length, told]).toEqual([3, ['killed 1', 'died 1']]);
    expect(supervisor.status[0]?.state).toBe('ended');
  });

  it('while it is the first and has not started keeps nobody waiting', () => {
    const { tell, processes } = supervise();
    tell(1, leaving);
    expect(processes).toHaveLength(3);
  });

  it('shows what its workers remark', () => {
    const { supervisor, tell } = supervise();
    for (const worker of [1, 2, 3]) tell(worker, worker === 3 ? { ...report, remarks: ['a queue is paused'] } : report);
    expect(supervisor.readiness()).toEqual({ isReady: true, problems: [], remarks: ['worker 3: a queue is paused'] });
  });
});
