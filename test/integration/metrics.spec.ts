import { defineQueue, defineTask, fixed, NotConnectedError, Steering, UnrecoverableError } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { MetricsModule } from '@app/queue/metrics';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { closingAfterEach } from '../support/closing';
import { TestDashboard } from '../support/dashboard';
import { readPrometheusText } from '../support/prometheus';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const queue = defineQueue({ name: 'work', type: 'classic', concurrency: 3 });
const work = defineTask({
  name: 'work',
  queue,
  payload: z.string(),
  attempts: 2,
  backoff: fixed(300),
  timeout: 600_000,
});

const open = closingAfterEach();
let vhost: Vhost;
/** What the tasks that are held wait for. */
let release: () => void = () => undefined;

@Controller()
class WorkController {
  private readonly held = new Promise<void>((resolve) => {
    release = resolve;
  });

  @EventPattern<string>('work')
  async work(@Payload() what: string, @Ctx() { attempt }: TaskContext): Promise<void> {
    if (what === 'fails once' && attempt === 1) throw new Error('not yet');
    if (what === 'fails for good') throw new UnrecoverableError('never');
    if (what === 'is held') await this.held;
  }
}

beforeEach(async () => {
  vhost = open(await Vhost.open());
});

/** Scrapes an app as Prometheus does; the values of one metric by their labels. */
async function scrape({ app }: TestWorker): Promise<(name: string) => Readonly<Record<string, number>>> {
  const answer = await fetch(`${await app.getUrl()}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const read = readPrometheusText(await answer.text());
  return (name) => read[name]?.values ?? {};
}

async function listening(worker: TestWorker): Promise<TestWorker> {
  open(worker);
  await worker.app.listen(0, '127.0.0.1');
  return worker;
}

const of = 'queue="work",task="work"';
const others = 'queue="work",task="other"';

describe('what Prometheus scrapes', () => {
  it('of a producer and a worker is what they have done', async () => {
    const options = { urls: [vhost.url], tasks: [work], imports: [MetricsModule] };
    const producer = await listening(await TestWorker.create(options));
    const worker = await listening(await TestWorker.create({ ...options, controllers: [WorkController] }));
    await worker.listen();

    for (const payload of ['is done', 'is done', 'fails once', 'fails for good', 'is held'])
      await producer.queue.add(work, payload);
    await producer.queue.add(work, 'is done', { delay: 400 });
    vhost.publish('work', 'no task at all');
    vhost.publish('work', JSON.stringify({ pattern: 'hostile"}', data: 'x' }));
    await worker.sees('task.completed', 4);
    await worker.sees('task.dead-lettered', 3);
    await waitFor('one task to be held and nothing else', () => worker.server.running === 1);

    const added = await scrape(producer);
    expect(added('warren_tasks_added_total')).toEqual({ [of]: 6 });
    expect(added('warren_publish_confirm_seconds')).toMatchObject({ count: 6 });
    expect(added('warren_publishes_pending')).toEqual({ '': 0 });
    expect(added('warren_connection_up')).toEqual({ 'role="producing"': 1 });
    expect(added('warren_tasks_total')).toEqual({});
    expect(added('warren_ready')).toEqual({ '': 1 });

    const done = await scrape(worker);
    expect(done('warren_tasks_total')).toMatchObject({
      [`${of},outcome="completed"`]: 4,
      [`${of},outcome="retrying"`]: 1,
      [`${of},outcome="dead-lettered"`]: 1,
      [`${of},outcome="requeued"`]: 0,
      [`${others},outcome="dead-lettered"`]: 2,
    });
    expect(done('warren_tasks_dead_lettered_total')).toEqual({
      [`${of},reason="unrecoverable"`]: 1,
      [`${others},reason="undecodable"`]: 1,
      [`${others},reason="unknown-task"`]: 1,
    });
    expect(done('warren_tasks_running')).toEqual({ [of]: 1, [others]: 0 });
    expect(done('warren_slots')).toEqual({ 'queue="work"': 3 });
    expect(done('warren_consumer_state')).toMatchObject({ 'queue="work",state="consuming"': 1 });
    expect(done('warren_connection_up')).toEqual({ 'role="producing"': 1, 'role="consuming"': 1 });
    expect(done('warren_publish_confirm_seconds')).toMatchObject({ count: 4 }); // a retry and three dead letters
    expect(done('warren_task_run_seconds')).toMatchObject({ [`count ${of}`]: 4 });
    // Seven runs, all known since when they could begin; none of their waits has the 300 and 400 ms of backoff and delay in it.
    const waits = done('warren_task_wait_seconds');
    expect(waits[`count ${of}`]).toBe(7);
    expect(done('warren_oldest_task_seconds')['queue="work"']).toBeGreaterThan(0);

    release();
    await worker.sees('task.completed', 5);
    const { [of]: lastSuccess = 0 } = (await scrape(worker))('warren_task_last_success_timestamp_seconds');
    expect(Math.abs(Date.now() / 1_000 - lastSuccess)).toBeLessThan(60);
  });

  it('of a dashboard is how long waits what nobody takes, and what is paused, while no worker is up', async () => {
    const producer = open(await TestWorker.create({ urls: [vhost.url], tasks: [work], eventsStream: 'on' }));
    await producer.queue.add(work, 'waits');
    await producer.app.get(Steering).pause('work', 'anna');
    const dashboard = open(await TestDashboard.start({ AMQP_URL: vhost.url }, [work]));
    const scraped = async (name: string): Promise<unknown> =>
      readPrometheusText((await dashboard.get('/metrics').expect(200)).text)[name]?.values['queue="work"'];
    await waitFor('the age', async () => Number(await scraped('warren_oldest_waiting_seconds')) > 0);
    await waitFor('the pause', async () => (await scraped('warren_queue_paused')) === 1);
    await producer.app.get(Steering).resume('work', 'anna');
    await waitFor('its end', async () => (await scraped('warren_queue_paused')) === undefined);
  });

  it('tells that the worker has lost its connection, and that it is back', async () => {
    const worker = await listening(
      await TestWorker.create({
        urls: [vhost.url],
        tasks: [work],
        controllers: [WorkController],
        imports: [MetricsModule],
      }),
    );
    await worker.listen();
    await vhost.admitNobody();
    await Promise.all(['warren consuming', 'warren producing'].map((name) => vhost.closeConnections(name)));
    await worker.sees('connection.lost', 2);
    await expect(worker.queue.add(work, 'x', { timeout: 50 })).rejects.toThrow(NotConnectedError);
    const away = await scrape(worker);
    expect(away('warren_connection_up')).toEqual({ 'role="producing"': 0, 'role="consuming"': 0 });
    expect(away('warren_publish_failures_total')).toMatchObject({ 'error="NotConnectedError"': 1 });
    expect(away('warren_ready')).toEqual({ '': 0 });
    await vhost.admitEverybody();
    await worker.sees('consumer.started', 2);
    const back = await scrape(worker);
    expect(back('warren_connection_up')).toMatchObject({ 'role="consuming"': 1 });
    expect(back('warren_connection_reconnects_total')).toMatchObject({ 'role="consuming"': 1 });
    expect(back('warren_consumer_state')).toMatchObject({ 'queue="work",state="consuming"': 1 });
  });
});
