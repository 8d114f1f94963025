import { DeadLetterQueues } from '@app/queue';
import { trace } from '@opentelemetry/api';
import type { Span, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import { closingAfterEach } from '../support/closing';
import { TracedController, traced } from '../support/traced-work';
import { Traces } from '../support/traces';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const { parent, child, fails } = traced;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const closing = closingAfterEach();
let vhost: Vhost;

beforeEach(async () => {
  vhost = closing(await Vhost.open());
  TracedController.headers = [];
});

async function start(): Promise<TestWorker> {
  const tasks = Object.values(traced);
  return closing(await TestWorker.start({ urls: [vhost.url], tasks, controllers: [TracedController] }));
}

describe('without a tracing SDK', () => {
  it('a message has exactly the headers it is given, wherever it goes', async () => {
    const worker = await start();
    await worker.queue.add(child, 'x');
    await worker.queue.add(child, 'x', { headers: { tenant: 'blue' }, delay: 100 });
    await worker.queue.addBulk([{ task: child, payload: 'x' }]);
    await worker.sees('task.completed', 3);
    const names = TracedController.headers.map((headers) => Object.keys(headers).filter((name) => !/death/.test(name)));
    expect(names.flat()).toEqual(['tenant']);
    await worker.queue.add(parent, 'x');
    await worker.sees('task.completed', 5);
    expect(Object.keys(TracedController.headers.at(-1) ?? {})).toEqual([]);
    await worker.queue.add(fails, 'x');
    await worker.sees('task.dead-lettered');
    const [letter] = await worker.app.get(DeadLetterQueues).show(worker.seen('task.added').at(-1)?.id ?? '');
    expect(Object.keys(letter?.headers ?? {}).toSorted()).toEqual([
      'x-attempt',
      'x-dead-letter-id',
      'x-dead-letter-queue',
      'x-dead-letter-reason',
      'x-dead-letter-time',
      'x-dead-letter-worker',
      'x-error-message',
      'x-error-name',
      'x-error-stack',
      'x-first-failure-time',
      'x-last-failure-time',
    ]);
    await worker.app.get(DeadLetterQueues).redrive({});
    await worker.sees('task.dead-lettered', 2);
    expect(Object.keys(TracedController.headers.at(-1) ?? {}).toSorted()).toEqual([
      'x-added-at',
      'x-redrive-run',
      'x-redriven',
    ]);
    expect(worker.seen('task.completed').map(({ traceId }) => traceId)).toEqual([...Array<undefined>(5)]);
  });

  it('a context passes through to who traces, and its events tell the trace', async () => {
    const worker = await start();
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1', baggage: 'tenant=blue' };
    await worker.queue.add(child, 'x', { headers });
    expect(await worker.sees('task.completed')).toMatchObject({ traceId: TRACE });
    expect(TracedController.headers).toEqual([headers]);
  });
});

describe('a message that comes without a trace', () => {
  it('of a plain Nest client begins one with its first run, and keeps it', async () => {
    const worker = await start();
    const traces = closing(Traces.record());
    vhost.publish('work', JSON.stringify({ pattern: 'parent', data: 'x' }));
    const second = await traces.sees('process', parent, 2);
    const [first] = traces.named('process', parent);
    expect(first).toMatchObject({ parent: undefined, links: [], error: 'not at first' });
    expect(second).toMatchObject({ parent: first?.id, traceId: first?.traceId });
    expect(await worker.sees('task.retrying')).toMatchObject({ traceId: first?.traceId });
  });
});

/** What strangers may write, by what it is. */
const unreadable: Readonly<Record<string, unknown>> = {
  'a word': 'hello',
  'an empty text': '',
  'an unknown version': `ff-${TRACE}-${SPAN}-01`,
  'no trace': `00-${'0'.repeat(32)}-${SPAN}-01`,
  'no span': `00-${TRACE}-${'0'.repeat(16)}-01`,
  'more than there may be': `00-${TRACE}-${SPAN}-01-more`,
  'a text without an end': 'f'.repeat(20_000),
  'a number': 4,
  'a list': [`00-${TRACE}-${SPAN}-01`],
  'a table': { length: 1 },
  'line ends': `00-${TRACE}-${SPAN}-01\n\nforged`,
};

describe('a context that nobody can read', () => {
  it('does no harm: its task runs in a trace of its own', async () => {
    const worker = await start();
    const traces = closing(Traces.record());
    for (const [messageId, traceparent] of Object.entries(unreadable)) {
      const headers = { traceparent, tracestate: 'a=1,'.repeat(50), 'x-redriven-traceparent': traceparent };
      vhost.publish('work', JSON.stringify({ pattern: 'child', data: 'x' }), { messageId, headers });
    }
    const what = Object.keys(unreadable);
    await traces.sees('process', child, what.length);
    const runs = traces.named('process', child);
    expect(new Set(runs.map(({ span }) => span.attributes['messaging.message.id']))).toEqual(new Set(what));
    const harmless = { parent: undefined, links: [], error: undefined };
    expect(runs).toMatchObject(what.map(() => harmless));
    expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(what.length);
    await worker.sees('task.completed', what.length);
    for (const { id, traceId } of worker.seen('task.completed')) {
      expect(runs.find(({ span }) => span.attributes['messaging.message.id'] === id)).toMatchObject({ traceId });
    }
  });
});

describe('an SDK', () => {
  it('sends what it has kept before the app has closed', async () => {
    const worker = await start();
    const traces = closing(Traces.keep());
    await worker.queue.add(child, 'x');
    await worker.sees('task.completed');
    expect(traces.spans).toEqual([]);
    await worker.close();
    expect(traces.spans.map(({ name }) => name)).toHaveLength(2);
  });

  it('that cannot send does not keep the app from closing', async () => {
    const worker = await start();
    const traces = closing(Traces.record());
    const provider = trace.getTracerProvider() as unknown as { getDelegate(): { forceFlush(): Promise<void> } };
    jest.spyOn(provider.getDelegate(), 'forceFlush').mockRejectedValue(new Error('no collector'));
    await worker.queue.add(child, 'x');
    await worker.sees('task.completed');
    await worker.close();
    expect(traces.named('process', child)).toHaveLength(1);
  });
});

describe('an SDK that fails', () => {
  const broken = (): never => {
    throw new Error('an SDK of somebody’s');
  };

  it('is no task’s end, whatever of it throws', async () => {
    const worker = await start();
    const provider: TracerProvider = { getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) };
    trace.setGlobalTracerProvider(provider);
    closing({ close: async () => trace.disable() });
    await worker.queue.add(parent, 'x');
    await worker.queue.add(fails, 'x');
    await worker.sees('task.completed', 2);
    await worker.sees('task.dead-lettered');
  });

  it('nor is a span of which every word throws', async () => {
    const worker = await start();
    const traces = closing(Traces.record());
    trace.disable();
    const span = new Proxy({} as Span, { get: () => broken });
    trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => span, startActiveSpan: broken }) });
    await worker.queue.add(parent, 'x');
    await worker.queue.addBulk([{ task: fails, payload: 'x' }]);
    await worker.sees('task.completed', 2);
    await worker.sees('task.dead-lettered');
    await worker.app.get(DeadLetterQueues).redrive({});
    await worker.sees('task.dead-lettered', 2);
    expect(traces.spans).toEqual([]);
  });

  it('nor is its propagator', async () => {
    const worker = await start();
    const propagator: TextMapPropagator = { inject: broken, extract: broken, fields: () => ['traceparent'] };
    const traces = closing(Traces.record(propagator));
    await worker.queue.add(parent, 'x');
    await worker.queue.add(fails, 'x');
    await worker.sees('task.completed', 2);
    await worker.sees('task.dead-lettered');
    expect(traces.named('process', child)).toMatchObject([{ parent: undefined, error: undefined }]);
  });

  it('with a propagator of another kind writes that one’s headers, as far as they can travel', async () => {
    const propagator: TextMapPropagator = {
      inject: (_context, carrier, setter) => {
        setter.set(carrier, 'b3', `${TRACE}-${SPAN}-1`);
        setter.set(carrier, 'x-attempt', '7');
        setter.set(carrier, 'x-death', 'now');
        setter.set(carrier, 'n'.repeat(300), 'long');
        setter.set(carrier, 'table', {} as string);
      },
      extract: (within) => within,
      fields: () => ['b3'],
    };
    const worker = await start();
    closing(Traces.record(propagator));
    await worker.queue.add(child, 'x');
    await worker.sees('task.completed');
    expect(TracedController.headers).toEqual([{ b3: `${TRACE}-${SPAN}-1` }]);
  });
});
