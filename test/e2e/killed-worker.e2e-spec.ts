import { TestProcess } from '../support/process';
import { newTask } from '../support/tutorial';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

let vhost: Vhost;
let workers: TestProcess[];

beforeEach(async () => {
  vhost = await Vhost.open();
  const env = { AMQP_URL: vhost.url, WORKER_QUEUES: 'task_queue', WORKER_PORT: '0', LOG_FORMAT: 'json' };
  workers = [TestProcess.app('worker', env), TestProcess.app('worker', env)];
  await waitFor('both to consume', () => workers.every((worker) => worker.events('consumer.started').length === 1));
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await vhost.close();
});

describe('kill -9 of a worker', () => {
  it('in the middle of a task: the other worker gets it again and completes it', async () => {
    newTask(vhost.url, 'A long one....');
    const victim = await waitFor('one to receive it', () =>
      workers.find((worker) => worker.events('task.started').length > 0),
    );
    const survivor = workers.find((worker) => worker !== victim) as TestProcess;

    victim.signal('SIGKILL');

    await waitFor(
      () => `the survivor to complete it; it wrote:\n${survivor.output}`,
      () => survivor.events('task.completed')[0],
    );
    expect(survivor.events('task.started')).toMatchObject([{ name: 'tutorial', redelivered: true }]);
    expect(survivor.stdout).toEqual(expect.arrayContaining([" [x] Received 'A long one....'", ' [x] Done']));
    expect(victim.events('task.completed')).toEqual([]);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
  });
});
