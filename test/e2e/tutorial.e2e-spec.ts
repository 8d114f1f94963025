import { TestProcess } from '../support/process';
import { newTask, tutorial } from '../support/tutorial';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const WAITING = ' [*] Waiting for messages. To exit press CTRL+C';

let vhost: Vhost;
const processes: TestProcess[] = [];

beforeEach(async () => {
  vhost = await Vhost.open();
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop()));
  await vhost.close();
});

function ourWorker(): TestProcess {
  const env = { AMQP_URL: vhost.url, WORKER_QUEUES: 'task_queue', WORKER_PORT: '0', LOG_FORMAT: 'json' };
  const worker = TestProcess.app('worker', env);
  processes.push(worker);
  return worker;
}

function pikaWorker(): TestProcess {
  const worker = tutorial.worker(vhost.url);
  processes.push(worker);
  return worker;
}

const printed = (process: TestProcess): string[] => process.stdout.filter((line) => line.startsWith(' ['));

describe('the RabbitMQ tutorial’s own programs on pika', () => {
  it('new_task.py adds a task that our worker does', async () => {
    const worker = ourWorker();
    await waitFor('our worker to consume', () => worker.events('consumer.started').length === 1);

    expect(tutorial.newTask(vhost.url, 'First message.')).toBe(" [x] Sent 'First message.'\n");

    await worker.line(' [x] Done');
    expect(printed(worker)).toEqual([WAITING, " [x] Received 'First message.'", ' [x] Done']);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
  });

  it('npm run task adds a task that worker.py does', async () => {
    const worker = pikaWorker();
    await worker.line(WAITING);

    expect(newTask(vhost.url, 'First', 'message.')).toBe(" [x] Sent 'First message.'\n");
    expect(newTask(vhost.url)).toBe(" [x] Sent 'Hello World!'\n");

    await waitFor('both to be done', () => worker.stdout.filter((line) => line === ' [x] Done').length === 2);
    expect(worker.stdout).toEqual([
      WAITING,
      " [x] Received 'First message.'",
      ' [x] Done',
      " [x] Received 'Hello World!'",
      ' [x] Done',
    ]);
  });

  it('both kinds of programs share one queue at the same time', async () => {
    const ours = ourWorker();
    const pikas = pikaWorker();
    await waitFor('both consumers', async () => {
      await Promise.all([pikas.line(WAITING), ours.line(WAITING)]);
      return (await vhost.consumers('task_queue')) === 2;
    });

    tutorial.newTask(vhost.url, 'First message.');
    newTask(vhost.url, 'Second message..');
    tutorial.newTask(vhost.url, 'Third message...');
    newTask(vhost.url, 'Fourth message....');
    tutorial.newTask(vhost.url, 'Fifth message.....');

    const received = (): string[] =>
      [ours, pikas].flatMap((worker) => printed(worker).filter((line) => line.includes('Received')));
    const done = (): number => [...ours.stdout, ...pikas.stdout].filter((line) => line === ' [x] Done').length;
    await waitFor('all five', () => done() === 5);
    expect(received().toSorted()).toEqual([
      " [x] Received 'Fifth message.....'",
      " [x] Received 'First message.'",
      " [x] Received 'Fourth message....'",
      " [x] Received 'Second message..'",
      " [x] Received 'Third message...'",
    ]);
    for (const worker of [ours, pikas]) expect(printed(worker).length).toBeGreaterThanOrEqual(5);
    await vhost.settles('task_queue', { ready: 0, unacked: 0, dead: 0 });
  });
});
