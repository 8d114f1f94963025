import { z } from 'zod';
import { readPrometheusText } from '../support/prometheus';
import type { ScrapedMetric } from '../support/prometheus';
import type { PublishWatch } from '../../libs/queue/src/connection/pending-publish';
import type { ConsumedQueue } from '../../libs/queue/src/consuming/consumed-queue';
import { defineEvent } from '../../libs/queue/src/define-event';
import { defineTask } from '../../libs/queue/src/define-task';
import { ConfirmTimeoutError } from '../../libs/queue/src/errors';
import { QueueEvents } from '../../libs/queue/src/events';
import type { TaskFacts } from '../../libs/queue/src/events';
import { prometheusText } from '../../libs/queue/src/metrics/prometheus-text';
import type { Pause } from '../../libs/queue/src/steering/steering-state';
import { TaskRegistry } from '../../libs/queue/src/task-registry';
import { AppMetrics } from '../../libs/queue/src/telemetry/app-metrics';

const NOW = 1_790_000_000_000;

const resize = defineTask({ name: 'resize', queue: 'images', payload: z.string() });
const send = defineTask({ name: 'send', queue: 'mails', payload: z.string() });
const placed = defineEvent({ name: 'order.placed', exchange: 'orders', payload: z.string() });
const run: TaskFacts = { id: 'id-1', name: 'resize', queue: 'images', attempt: 1, redelivered: false };

beforeEach(() => jest.useFakeTimers({ now: NOW, doNotFake: ['performance'] }));
afterEach(() => jest.useRealTimers());

/** An app whose parts say what a test wants. */
class MeasuredApp {
  readonly events = new QueueEvents();
  consumed: ConsumedQueue[] = [];
  readonly paused = new Map<string, Pause>();
  readiness = { isReady: true, problems: [] };
  published: PublishWatch = () => undefined;
  readonly metrics: AppMetrics;

  constructor(state: 'idle' | 'listening' = 'listening') {
    // oxlint-disable-next-line typescript/no-this-alias -- the parts read what is so when they are asked
    const app = this;
    this.metrics = new AppMetrics({
      registry: new TaskRegistry([resize, send], [], [placed]),
      events: this.events,
      server: {
        state,
        handoversWaiting: 2,
        get consumed() {
          return app.consumed;
        },
      },
      health: { readiness: () => this.readiness },
      steering: { paused: this.paused },
      publisher: {
        pending: 7,
        pendingBytes: 700,
        watch: (watch) => {
          this.published = watch;
        },
      },
    });
  }

  async scrape(): Promise<Record<string, ScrapedMetric>> {
    return readPrometheusText(prometheusText(await this.metrics.metrics()));
  }

  async values(name: string): Promise<Readonly<Record<string, number>>> {
    const { [name]: metric } = await this.scrape();
    return metric?.values ?? {};
  }
}

describe('what an app tells Prometheus of the events that it publishes', () => {
  it('counts how that ended, shows what did not happen as 0, and what is not defined as other', async () => {
    const app = new MeasuredApp('idle');
    const facts = { id: 'id-1', name: 'order.placed', exchange: 'orders' };
    app.events.emit('event.published', facts);
    app.events.emit('event.published', facts);
    app.events.emit('event.unpublished', { ...facts, isUnroutable: true, error: 'UnroutableError' });
    app.events.emit('event.unpublished', { ...facts, name: 'nobody’s', isUnroutable: false, error: 'Error' });
    expect(await app.values('warren_events_published_total')).toEqual({
      'event="order.placed",end="confirmed"': 2,
      'event="order.placed",end="unroutable"': 1,
      'event="order.placed",end="failed"': 0,
      'event="other",end="failed"': 1,
    });
  });
});

describe('what an app tells Prometheus besides', () => {
  it('is read at each scrape, and takes nothing else with it when that throws', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    const app = new MeasuredApp();
    let stock = 3;
    app.metrics.include(() => {
      if (stock === 0) throw new Error('no stock');
      return [{ name: 'shop_stock', help: 'What is left.', type: 'gauge', samples: [{ labels: {}, value: stock }] }];
    });
    expect(await app.values('shop_stock')).toEqual({ '': 3 });
    stock = 0;
    expect(await app.scrape()).toMatchObject({ warren_ready: { values: { '': 1 } } });
    expect(await app.values('shop_stock')).toEqual({});
    expect(warned).toHaveBeenCalledWith(
      'Metrics of the app’s own could not be read: Error: no stock',
      'MetricsWarning',
    );
    warned.mockRestore();
  });
});

describe('what an app tells Prometheus of its tasks', () => {
  it('counts what was added, by kind, and shows a kind that was not added as 0', async () => {
    const app = new MeasuredApp('idle');
    app.events.emit('task.added', { id: 'id-1', name: 'resize', queue: 'images', delay: 0 });
    expect(await app.values('warren_tasks_added_total')).toEqual({
      'queue="images",task="resize"': 1,
      'queue="mails",task="send"': 0,
    });
  });

  it('shows the outcomes of a queue from the moment it is consumed, and no other queue’s', async () => {
    const app = new MeasuredApp();
    expect(await app.values('warren_tasks_total')).toEqual({});
    app.events.emit('consumer.started', { queue: 'images', prefetch: 1 });
    app.events.emit('task.completed', { ...run, milliseconds: 20 });
    app.events.emit('task.completed', { ...run, milliseconds: 20 });
    app.events.emit('task.retrying', { ...run, nextAttempt: 2, delay: 100, error: 'Error: no' });
    app.events.emit('task.cancelled', { ...run, by: 'anna', hasRun: false });
    app.events.emit('task.requeued', { ...run, why: 'the worker stops' });
    app.events.emit('task.lost', { ...run, why: 'its channel closed' });
    app.events.emit('consumer.started', { queue: 'images', prefetch: 1 }); // again, after a loss
    expect(await app.values('warren_tasks_total')).toEqual(
      Object.fromEntries(
        ['resize', 'other'].flatMap((task) =>
          Object.entries({ completed: 2, retrying: 1, 'dead-lettered': 0, cancelled: 1, requeued: 1, lost: 1 }).map(
            ([outcome, count]) => [`queue="images",task="${task}",outcome="${outcome}"`, task === 'other' ? 0 : count],
          ),
        ),
      ),
    );
  });

  it('counts dead letters also by their reason', async () => {
    const app = new MeasuredApp();
    for (const reason of ['timed-out', 'timed-out', 'undecodable'] as const)
      app.events.emit('task.dead-lettered', { ...run, reason, error: 'Error: no' });
    expect(await app.values('warren_tasks_dead_lettered_total')).toEqual({
      'queue="images",task="resize",reason="timed-out"': 2,
      'queue="images",task="resize",reason="undecodable"': 1,
    });
    expect(await app.values('warren_tasks_total')).toEqual({
      'queue="images",task="resize",outcome="dead-lettered"': 3,
    });
  });

  it('measures how long a task has waited for its start, and how long a run that completed took', async () => {
    const app = new MeasuredApp();
    app.events.emit('task.started', { ...run, dueAt: NOW - 700 });
    app.events.emit('task.started', { ...run, dueAt: NOW + 5_000 }); // another machine's clock is ahead
    app.events.emit('task.started', { ...run, redelivered: true });
    app.events.emit('task.completed', { ...run, milliseconds: 1_500 });
    const of = 'queue="images",task="resize"';
    expect(await app.values('warren_task_wait_seconds')).toMatchObject({
      [`bucket le="0.005",${of}`]: 1,
      [`bucket le="0.5",${of}`]: 1,
      [`bucket le="1",${of}`]: 2,
      [`bucket le="+Inf",${of}`]: 2,
      [`sum ${of}`]: 0.7,
      [`count ${of}`]: 2,
    });
    expect(await app.values('warren_task_run_seconds')).toMatchObject({
      [`bucket le="1",${of}`]: 0,
      [`bucket le="2.5",${of}`]: 1,
      [`sum ${of}`]: 1.5,
    });
    expect(await app.values('warren_tasks_redelivered_total')).toEqual({ [of]: 1 });
    expect(await app.values('warren_task_last_success_timestamp_seconds')).toEqual({ [of]: NOW / 1_000 });
  });

  it('does not grow by names that strangers write', async () => {
    const app = new MeasuredApp();
    const size = async (): Promise<number> => prometheusText(await app['metrics'].metrics()).split('\n').length;
    const strange = (name: string, queue: string): void => {
      app.events.emit('task.started', { ...run, name, queue, dueAt: NOW });
      app.events.emit('task.dead-lettered', { ...run, name, queue, reason: 'unknown-task', error: 'Error' });
    };
    strange('a"}\n', 'images');
    strange('a"}\n', 'nowhere');
    const before = await size();
    for (let index = 0; index < 1_000; index += 1) strange(`evil-${index}`, index % 2 === 0 ? 'images' : `q${index}`);
    expect(await size()).toBe(before);
    expect(await app.values('warren_tasks_dead_lettered_total')).toEqual({
      'queue="images",task="other",reason="unknown-task"': 501,
      'queue="other",task="other",reason="unknown-task"': 501,
    });
  });
});

describe('what an app tells Prometheus of what it has in hand', () => {
  const inHand = [
    { name: 'resize', runningFor: 90_000, dueAt: NOW - 100_000 },
    { name: 'hostile', runningFor: 10, dueAt: undefined },
    { name: undefined, runningFor: undefined, dueAt: NOW - 1_000 },
  ];

  it('is what there is when it is asked', async () => {
    const app = new MeasuredApp();
    app.consumed = [
      { queue: 'images', state: 'consuming', slots: 2, stuck: 1, inHand },
      { queue: 'mails', state: 'interrupted', slots: 5, stuck: 0, inHand: [] },
    ];
    const scraped = await app.scrape();
    const valuesOf = (name: string): unknown => scraped[name]?.values;
    expect(valuesOf('warren_slots')).toEqual({ 'queue="images"': 2, 'queue="mails"': 5 });
    expect(valuesOf('warren_slots_stuck')).toEqual({ 'queue="images"': 1, 'queue="mails"': 0 });
    expect(valuesOf('warren_longest_run_seconds')).toEqual({ 'queue="images"': 90, 'queue="mails"': 0 });
    expect(valuesOf('warren_oldest_task_seconds')).toEqual({ 'queue="images"': 100, 'queue="mails"': 0 });
    expect(valuesOf('warren_tasks_running')).toEqual({
      'queue="images",task="resize"': 1,
      'queue="images",task="other"': 1,
      'queue="mails",task="send"': 0,
      'queue="mails",task="other"': 0,
    });
    expect(valuesOf('warren_consumer_state')).toMatchObject({
      'queue="images",state="consuming"': 1,
      'queue="images",state="interrupted"': 0,
      'queue="mails",state="interrupted"': 1,
      'queue="mails",state="consuming"': 0,
    });
    expect(valuesOf('warren_handovers_waiting')).toEqual({ '': 2 });
    expect(valuesOf('warren_ready')).toEqual({ '': 1 });
  });

  it('changes with it', async () => {
    const app = new MeasuredApp();
    app.consumed = [{ queue: 'images', state: 'consuming', slots: 2, stuck: 1, inHand }];
    await app.scrape();
    app.consumed = [{ queue: 'images', state: 'suspended', slots: 2, stuck: 0, inHand: [] }];
    app.readiness = { isReady: false, problems: [] };
    const { warren_tasks_running: running, warren_ready: ready } = await app.scrape();
    expect(running?.values).toEqual({ 'queue="images",task="resize"': 0, 'queue="images",task="other"': 0 });
    expect(ready?.values).toEqual({ '': 0 });
  });

  it('tells which queues are paused, also of those that it does not consume, and of none that strangers name', async () => {
    const app = new MeasuredApp();
    app.consumed = [{ queue: 'images', state: 'consuming', slots: 2, stuck: 0, inHand: [] }];
    expect(await app.values('warren_queue_paused')).toEqual({ 'queue="images"': 0 });
    for (const queue of ['images', 'mails', 'hostile']) app.paused.set(queue, { queue, by: 'anna', at: NOW });
    expect(await app.values('warren_queue_paused')).toEqual({ 'queue="images"': 1, 'queue="mails"': 1 });
    app.paused.clear();
    expect(await app.values('warren_queue_paused')).toEqual({ 'queue="images"': 0 });
  });
});

describe('what an app tells Prometheus of the broker', () => {
  const opened = { url: 'amqp://b', broker: 'RabbitMQ' };

  it('is which connections are open and blocked, and how often one came back', async () => {
    const app = new MeasuredApp();
    const { events } = app;
    const links = async (): Promise<unknown> => {
      const { warren_connection_up: up, warren_connection_blocked: blocked } = await app.scrape();
      return [up?.values, blocked?.values];
    };
    const both = (producing: number, consuming: number): Record<string, number> => ({
      'role="producing"': producing,
      'role="consuming"': consuming,
    });
    expect(await links()).toEqual([both(0, 0), both(0, 0)]);
    for (const role of ['producing', 'consuming', 'browsing'] as const)
      events.emit('connection.open', { role, ...opened });
    events.emit('connection.blocked', { role: 'producing', why: 'low on disk' });
    expect(await links()).toEqual([both(1, 1), both(1, 0)]);
    events.emit('connection.lost', { role: 'producing', why: 'reset' });
    expect(await links()).toEqual([both(0, 1), both(0, 0)]);
    events.emit('connection.open', { role: 'producing', ...opened });
    expect(await app.values('warren_connection_reconnects_total')).toEqual(both(1, 0));
  });

  it('has no consuming connection in an app that only adds', async () => {
    expect(await new MeasuredApp('idle').values('warren_connection_up')).toEqual({ 'role="producing"': 0 });
  });

  it('is how soon publishes are confirmed, which fail, and how many wait', async () => {
    const app = new MeasuredApp();
    app.published(3, undefined);
    app.published(10_000, new ConfirmTimeoutError('images', 10_000, undefined));
    app.published(0, new RangeError('what nobody foresaw'));
    const scraped = await app.scrape();
    expect(scraped['warren_publish_confirm_seconds']?.values).toMatchObject({
      'bucket le="0.0025"': 0,
      'bucket le="0.005"': 1,
      count: 1,
    });
    expect(scraped['warren_publish_failures_total']?.values).toMatchObject({
      'error="ConfirmTimeoutError"': 1,
      'error="UnroutableError"': 0,
      'error="other"': 1,
    });
    expect(scraped['warren_publishes_pending']?.values).toEqual({ '': 7 });
    expect(scraped['warren_publishes_pending_bytes']?.values).toEqual({ '': 700 });
  });
});

describe('metrics', () => {
  it('of two apps in one process do not know of each other', async () => {
    const [one, other] = [new MeasuredApp(), new MeasuredApp()];
    one.events.emit('task.completed', { ...run, milliseconds: 1 });
    expect(Object.values(await one.values('warren_tasks_total'))).toEqual([1]);
    expect(await other.values('warren_tasks_total')).toEqual({});
  });

  it('say what was built', async () => {
    const [labels = ''] = Object.keys(await new MeasuredApp().values('warren_build_info'));
    expect(labels).toBe(`version="0.1.0",node="${process.versions.node}"`);
  });

  it('are named as Prometheus wants it', async () => {
    const scraped = Object.entries(await new MeasuredApp().scrape()).filter(([name]) => name.startsWith('warren_'));
    expect(scraped.length).toBeGreaterThan(20);
    for (const [name, { type, help }] of scraped) {
      expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
      expect([name, help]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
      expect(name).not.toMatch(/millisecond|_ms/);
    }
  });
});
