import { defineQueue, defineTask } from '@app/queue';
import { z } from 'zod';
import type { FailureReading } from '../../apps/dashboard/src/failures/failure-groups';
import type { OverviewAnswer } from '../../apps/dashboard/src/live/overview';
import { CONTROL_STREAM, EVENTS_STREAM } from '../../libs/queue/src/topology/streams';
import { closingAfterEach } from '../support/closing';
import { TestDashboard, usersOf } from '../support/dashboard';
import { letterOf, seed } from '../support/dead-letters';
import type { SeededLetter } from '../support/dead-letters';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const closing = closingAfterEach();

const pay = defineTask({
  name: 'pay',
  queue: defineQueue({ name: 'work', type: 'classic' }),
  payload: z.object({ card: z.string().meta({ secret: true }), amount: z.number() }),
});

let vhost: Vhost;
let app: TestDashboard;

beforeAll(async () => {
  vhost = await Vhost.open();
  const producer = await TestWorker.create({ urls: [vhost.url], tasks: [pay] });
  await producer.queue.add(pay, { card: '4242', amount: 1 }); // declares the queues
  await producer.close();
});

afterAll(() => vhost.close());

/** The queues with these dead letters and nothing else, and a dashboard of its own, which has read nothing yet. */
async function dashboardWith(
  letters: readonly SeededLetter[],
  environment: Record<string, string> = {},
): Promise<void> {
  await vhost.channel.purgeQueue('work');
  await vhost.channel.purgeQueue('work.dlq');
  await seed(vhost, 'work', letters);
  app = closing(await TestDashboard.start({ AMQP_URL: vhost.url, ...environment }, [pay]));
}

function failed(id: string, error: string, body: object = { card: '4242', amount: 5 }): SeededLetter {
  const letter = letterOf(id, 'work', { 'x-error-name': 'Error', 'x-error-message': error });
  return {
    body: JSON.stringify({ pattern: 'pay', data: body }),
    options: { ...letter.options, type: 'pay', timestamp: 1_700_000_000 },
  };
}

/** Waits until the queue and its dead-letter queue hold so many. */
async function holds(expected: { ready: number; dead: number }): Promise<void> {
  await waitFor(`the queue to hold ${JSON.stringify(expected)}`, async () => {
    const { messageCount: ready } = await vhost.channel.checkQueue('work');
    const { messageCount: dead } = await vhost.channel.checkQueue('work.dlq');
    return ready === expected.ready && dead === expected.dead;
  });
}

const groupsOf = async (): Promise<FailureReading['groups']> =>
  ((await app.get('/api/failures').expect(200)).body as FailureReading).groups;

describe('the failures page', () => {
  it('groups what was put aside by task and kind of error, the largest first', async () => {
    await dashboardWith([
      failed('a', 'bank 17 is closed'),
      failed('b', 'no such card "4242"'),
      failed('c', 'bank 23 is closed'),
    ]);
    const answer = await app.get('/api/failures?queue=work').expect(200);
    expect(answer.body).toMatchObject({
      total: 3,
      cutOff: [],
      groups: [
        {
          name: 'pay',
          queue: 'work',
          reason: 'attempts-exhausted',
          error: 'Error: bank 23 is closed',
          count: 2,
          ids: ['a', 'c'],
        },
        { name: 'pay', count: 1, ids: ['b'], last: 1_700_000_000_000 },
      ],
    });
  });

  it('says how many it means before it gives them back, and gives back as many', async () => {
    await dashboardWith([
      failed('a', 'bank 17 is closed'),
      failed('b', 'no such card'),
      failed('c', 'bank 23 is closed'),
    ]);
    const [largest] = await groupsOf();
    const group = { key: largest?.key, queue: 'work' };
    const dry = await app.post('/api/failures/redrive', { ...group, isDryRun: true }).expect(200);
    expect(dry.body).toEqual({ matched: 2, done: 0, failed: 0, left: 0, cutOff: [], ids: ['dead-a', 'dead-c'] });
    const real = await app.post('/api/failures/redrive', { ...group, isDryRun: false }).expect(200);
    expect(real.body).toEqual({ matched: 2, done: 2, failed: 0, left: 0, cutOff: [] });
    await holds({ ready: 2, dead: 1 });
    expect((await groupsOf()).map(({ count }) => count)).toEqual([1]);
    expect((await app.post('/api/failures/redrive', { ...group, isDryRun: false })).body).toMatchObject({ done: 0 });
  });

  it('throws away all of a kind, and nothing else: one of another kind with the same id stays', async () => {
    await dashboardWith([failed('a', 'one'), failed('a', 'two'), failed('c', 'one')]);
    const [largest] = await groupsOf();
    const body = { key: largest?.key, queue: 'work', isDryRun: false };
    const part = await app.post('/api/failures/purge', { ...body, limit: 1 }).expect(200);
    expect(part.body).toEqual({ matched: 1, done: 1, failed: 0, left: 1, cutOff: [] });
    await holds({ ready: 0, dead: 2 });
    const rest = await app.post('/api/failures/purge', body).expect(200);
    expect(rest.body).toEqual({ matched: 1, done: 1, failed: 0, left: 0, cutOff: [] });
    await holds({ ready: 0, dead: 1 });
  });

  it('is the same for several who look at once: none sees less than is there', async () => {
    await dashboardWith([failed('a', 'one'), failed('b', 'two'), failed('c', 'three')]);
    const looks = [groupsOf(), groupsOf(), app.get('/api/tasks/b?queue=work').expect(200), groupsOf()] as const;
    const [one, other, task, last] = await Promise.all(looks);
    expect([one.length, other.length, last.length]).toEqual([3, 3, 3]);
    expect(task.body).toMatchObject({ task: { id: 'b', state: 'dead-lettered' } });
  });

  it('knows no queue, task or range that nobody has named', async () => {
    await dashboardWith([]);
    const unknown = ['failures?queue=nobody', 'dead-letters/a?queue=nobody', 'dead-letters/none', 'tasks/none'];
    for (const path of unknown) await app.get(`/api/${path}`).expect(404);
    await app.get('/api/charts?range=1y').expect(400);
  });

  it('does nothing for what does not say what it means', async () => {
    await dashboardWith([failed('a', 'one')]);
    const bodies = [
      {},
      { key: 1, queue: 'work', isDryRun: true },
      { key: 'a', queue: 'work' },
      { key: 'a', queue: 'work', isDryRun: 'no' },
      { key: 'a', queue: 'work', isDryRun: false, limit: -1 },
    ];
    for (const body of bodies) await app.post('/api/failures/purge', body).expect(400);
    await holds({ ready: 0, dead: 1 });
  });
});

describe('a task that was put aside', () => {
  it('tells its error, stack, attempt and times, and is given back alone', async () => {
    await dashboardWith([failed('a', 'one'), failed('b', 'two')]);
    const { body } = await app.get('/api/tasks/a').expect(200);
    expect(body).toEqual({
      definition: { attempts: 1 },
      task: {
        id: 'a',
        name: 'pay',
        queue: 'work',
        state: 'dead-lettered',
        addedAt: 1_700_000_000_000,
        updatedAt: 1_700_000_000_000,
        attempt: 3,
        attempts: [expect.objectContaining({ attempt: 3, error: 'Error: one', worker: 'host:1' })],
        reason: 'attempts-exhausted',
        error: 'Error: one',
        worker: 'host:1',
      },
    });
    expect((await app.post('/api/tasks/a/redrive', { queue: 'work' }).expect(200)).body).toEqual({ done: 1 });
    await holds({ ready: 1, dead: 1 });
    expect((await app.post('/api/tasks/a/redrive', { queue: 'work' }).expect(200)).body).toEqual({ done: 0 });
  });

  it('shows its payload without its secrets, whatever the role', async () => {
    await dashboardWith([failed('a', 'one')], { DASHBOARD_USERS: await usersOf('read-only', 'admin') });
    for (const role of ['read-only', 'admin'] as const) {
      const answer = await app.get('/api/dead-letters/a?queue=work', await app.login(role)).expect(200);
      expect(answer.body).toMatchObject({ masked: 1, isCut: false });
      expect(answer.text).toContain('amount');
      expect(answer.text).not.toContain('4242');
    }
  });

  it('of a megabyte is sent as its beginning only', async () => {
    await dashboardWith([failed('a', 'one', { card: '1', amount: 1, note: '<script>'.repeat(130_000) })]);
    const answer = await app.get('/api/dead-letters/a').expect(200);
    expect(answer.body).toMatchObject({ isCut: true });
    expect((answer.body as { bytes: number }).bytes).toBeGreaterThan(1_000_000);
    expect(answer.text.length).toBeLessThan(20_000);
  });
});

describe('the overview', () => {
  it('counts what the broker holds, queue by queue and in all, without its management', async () => {
    await dashboardWith([failed('a', 'one')]);
    vhost.publish('work', '{}');
    const overview = await waitFor('the counts', async () => {
      const { body } = await app.get('/api/overview').expect(200);
      const answer = body as OverviewAnswer;
      return answer.totals['ready'] === 1 ? answer : undefined;
    });
    expect(overview.broker).toMatchObject({ state: 'open', broker: expect.stringContaining('RabbitMQ') });
    expect(overview.broker.url).not.toContain('guest:guest');
    expect(overview.totals).toMatchObject({ ready: 1, dead: 1 });
    expect(overview.queues).toMatchObject([{ name: 'work', state: 'there', ready: 1, consumers: 0, dead: 1 }]);
  });

  it('without streams says what is missing, and counts as ever', async () => {
    const streamless = closing(await Vhost.open());
    for (const queue of [EVENTS_STREAM, CONTROL_STREAM, 'work']) await streamless.channel.assertQueue(queue);
    streamless.publish('work', '{}');
    app = closing(await TestDashboard.start({ AMQP_URL: streamless.url }, [pay]));
    const overview = await waitFor('it to notice', async () => {
      const answer = (await app.get('/api/overview').expect(200)).body as OverviewAnswer;
      return answer.problems.length === 2 && answer.totals['ready'] === 1 ? answer : undefined;
    });
    expect(overview.history.state).toBe('unavailable');
    expect(overview.problems).toEqual([
      expect.stringContaining(`"${EVENTS_STREAM}" exists and is no stream`),
      expect.stringContaining(`"${CONTROL_STREAM}" exists and is no stream`),
    ]);
    const refusal = await app.post('/api/queues/work/pause', { reason: 'none' }).expect(422);
    expect(refusal.body).toMatchObject({ detail: expect.stringContaining('exists and is no stream') });
  });

  it('without a broker says so, and answers all the same', async () => {
    const hasty = { RECONNECT_DELAY_MS: '100', PUBLISH_TIMEOUT_MS: '500' };
    app = closing(await TestDashboard.start({ AMQP_URL: 'amqp://127.0.0.1:1', ...hasty }, [pay]));
    const overview = await waitFor('it to notice', async () => {
      const answer = (await app.get('/api/overview').expect(200)).body as OverviewAnswer;
      return answer.broker.state === 'away' ? answer : undefined;
    });
    expect(overview.broker.problem).toContain('ECONNREFUSED');
    const failures = await app.get('/api/failures').expect(503);
    expect(failures.body).toMatchObject({ status: 503, detail: expect.stringContaining('could not be reached') });
  });
});
