import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allTasks } from '@app/tasks';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

describe('npm start', () => {
  let folder: string;
  let vhost: Vhost;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'warren-start-'));
    vhost = await Vhost.open();
  });

  afterEach(async () => {
    await vhost.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** In folders and ports of its own, beside whatever a developer has running in this checkout. */
  const typed = (line: string): TestProcess =>
    TestProcess.typed(line, {
      AMQP_URL: vhost.url,
      WARREN_STATE_DIR: join(folder, 'state'),
      IMAGE_OUTPUT_DIR: join(folder, 'images'),
      MAIL_DIR: join(folder, 'mail'),
      SMS_DIR: join(folder, 'sms'),
    });

  /** Whole files: a worker killed in the middle of writing leaves a hidden part of one behind. */
  const written = (name: string): string[] => readdirSync(join(folder, name)).filter((file) => !file.startsWith('.'));

  it('shares real work among real workers, kills one in the middle, and loses nothing', async () => {
    const start = typed('npm start -- --once --tasks 50');
    const { code } = await start.exit(90_000);
    expect(code === 0 ? 'all is well' : start.output).toBe('all is well');

    const received = start.stdout.filter((line) => line.includes('[x] Received'));
    expect(received.map((line) => line.split("'")[1]).toSorted()).toEqual([
      'Fifth message.....',
      'First message.',
      'Fourth message....',
      'Second message..',
      'Third message...',
    ]);
    expect(new Set(received.map((line) => line.split('│')[0]))).toEqual(new Set(['  worker 1 ', '  worker 2 ']));
    expect(start.output).toMatch(/✔ dashboard +http:\/\/127\.0\.0\.1:\d+/);
    expect(start.output).toMatch(/worker 2 killed \(SIGKILL\) in the middle of (a task|\d tasks)/);
    expect(start.output).toMatch(
      / {2}added 55 · completed 54 · dead-lettered 1 \(expected\) · lost 0 · run twice \d\n/,
    );
    expect(written('images')).toHaveLength(19);
    expect(written('mail')).toHaveLength(15);
    expect(written('sms')).toHaveLength(5);
    for (const queue of ['task_queue', 'images', 'notifications', 'cpu']) {
      expect(await vhost.channel.checkQueue(queue)).toEqual({ queue, messageCount: 0, consumerCount: 0 });
    }
    expect(await vhost.channel.checkQueue('images.dlq')).toMatchObject({ messageCount: 1 });
  });

  it('stops all that it has started when it is told to, and keeps the tasks that have not run', async () => {
    const start = typed('npm start');
    await start.line('starting the producer');
    const again = typed('npm start');
    expect(await again.exit()).toEqual({ code: 1, signal: null });
    expect(again.output).toContain(`npm start is running in this checkout already (process ${start.pid})`);

    await start.line("[x] Received 'Second message..'");
    start.signal('SIGINT');
    expect(await start.exit()).toEqual({ code: 130, signal: null });
    const received = start.stdout.filter((line) => line.includes('[x] Received')).length;
    expect(received).toBeGreaterThanOrEqual(2);
    expect(received).toBeLessThan(5); // the fifth is begun after four seconds
    expect(start.stdout.filter((line) => line.includes('[x] Done'))).toHaveLength(received);
    const left = { messageCount: 5 - received, consumerCount: 0 };
    expect(await vhost.channel.checkQueue('task_queue')).toMatchObject(left);
  });

  it('leaves nobody working when it was killed', async () => {
    const start = typed('npm start -- --no-demo');
    await start.line('Everything is up');
    start.signal('SIGKILL');
    await start.exit();
    for (const queue of ['task_queue', 'images', 'notifications', 'cpu'])
      await waitFor('the workers to leave', async () => (await vhost.consumers(queue)) === 0);
    const next = typed('npm start -- --once --no-demo');
    expect(await next.exit(90_000)).toEqual({ code: 0, signal: null });
    expect(next.output).toContain(`The last npm start (process ${start.pid}) was killed`);
  });

  it('does not share its tasks with workers that are not its own', async () => {
    const worker = TestProcess.app('worker', { AMQP_URL: vhost.url, WORKER_PORT: '0', LOG_FORMAT: 'json' });
    try {
      const queues = new Set(allTasks.map(({ queue }) => queue.name));
      await waitFor('it to consume', () => worker.events('consumer.started').length === queues.size);
      const start = typed('npm start');
      expect(await start.exit()).toEqual({ code: 1, signal: null });
      expect(start.output).toContain(
        'other workers consume from task_queue (1), images (1), notifications (1), cpu (1)',
      );
    } finally {
      await worker.stop();
    }
  });

  it.each([
    [['--bogus'], "Unknown option '--bogus'"],
    [['--tasks', '3'], '--tasks takes a whole number from 10 on, not "3"'],
    [['--workers', 'two'], '--workers takes a whole number from 1 on, not "two"'],
  ])('refuses %j', async (flags, reason) => {
    const start = typed(`npm start -- ${flags.join(' ')}`);
    expect(await start.exit()).toEqual({ code: 2, signal: null });
    expect(start.output).toContain(reason);
  });

  it('says where AMQP_URL leads when no broker answers there, without its password', async () => {
    const start = TestProcess.typed('npm start', {
      AMQP_URL: 'amqp://somebody:secret@127.0.0.1:1',
      WARREN_STATE_DIR: join(folder, 'state'),
    });
    expect(await start.exit()).toEqual({ code: 3, signal: null });
    expect(start.output).toContain('AMQP_URL is set, and no broker lets us in there');
    expect(start.output).not.toContain('secret');
  });
});
