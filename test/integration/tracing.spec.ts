import { DeadLetterQueues } from '@app/queue';
import { ROOT_CONTEXT, SpanKind, context, trace } from '@opentelemetry/api';
import { closingAfterEach } from '../support/closing';
import { TracedController, traced } from '../support/traced-work';
import { Traces, traceParentOf } from '../support/traces';
import type { SeenSpan } from '../support/traces';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

const { parent, child, fails, overruns, putOff, together } = traced;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const closing = closingAfterEach();
let vhost: Vhost;
let worker: TestWorker;
let traces: Traces;

beforeEach(async () => {
  vhost = closing(await Vhost.open());
  const tasks = Object.values(traced);
  worker = closing(await TestWorker.start({ urls: [vhost.url], tasks, controllers: [TracedController] }));
  traces = closing(Traces.record());
});

describe('a task that is traced', () => {
  it('is one trace from its adding through every run to the tasks that its handler adds', async () => {
    await worker.queue.add(parent, 'x');
    const last = await traces.sees('process', child);
    const send = await traces.sees('send', parent);
    const second = await traces.sees('process', parent, 2);
    const [first] = traces.named('process', parent);
    const [retry, ...noMore] = traces.named('retry');
    const [sendChild] = traces.named('send', child);
    expect(new Set(traces.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(send).toMatchObject({ parent: undefined, error: undefined });
    expect(first).toMatchObject({ parent: send.id, links: [send.id], error: 'not at first' });
    expect(retry).toMatchObject({ parent: first?.id, error: undefined });
    expect(second).toMatchObject({ parent: send.id, error: undefined });
    expect(sendChild).toMatchObject({ parent: second.id, error: undefined });
    expect(last).toMatchObject({ parent: sendChild?.id, error: undefined });
    expect(noMore).toEqual([]);
  });

  it('says what the conventions for RabbitMQ ask for', async () => {
    const { id } = await worker.queue.add(parent, 'x');
    const everywhere = {
      'messaging.system': 'rabbitmq',
      'messaging.client.id': expect.stringContaining(`-${process.pid}-`) as string,
      'messaging.destination.name': 'work',
      'messaging.message.id': id,
      'warren.task.name': 'parent',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(vhost.url).port),
    };
    const delivered = {
      'warren.task.attempt': 1,
      'messaging.rabbitmq.message.delivery_tag': 1,
      'messaging.rabbitmq.destination.routing_key': 'work',
    };
    const retry = await traces.sees('retry', parent);
    const [send, run] = ['send', 'process'].map((operation) => traces.named(operation, parent)[0]?.span);
    expect(send).toMatchObject({ kind: SpanKind.PRODUCER, instrumentationScope: { name: '@app/queue' } });
    expect(send?.attributes).toEqual({
      ...everywhere,
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
    });
    expect(run?.kind).toBe(SpanKind.CONSUMER);
    expect(run?.attributes).toEqual({
      ...everywhere,
      ...delivered,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'error.type': 'RangeError',
    });
    const exception = {
      'exception.type': 'RangeError',
      'exception.message': 'not at first',
      'exception.stacktrace': expect.stringContaining('TracedController.parent') as string,
    };
    expect(run?.events).toMatchObject([{ name: 'exception', attributes: exception }]);
    expect(retry.span.kind).toBe(SpanKind.CLIENT);
    expect(retry.span.attributes).toEqual({
      ...everywhere,
      ...delivered,
      'messaging.operation.name': 'retry',
      'messaging.operation.type': 'settle',
      'warren.task.next_attempt': 2,
      'warren.task.delay': 100,
    });
  });

  it('is a child of what is active where it is added', async () => {
    const request = trace.getTracer('http').startSpan('POST /tasks');
    const { traceId, spanId } = request.spanContext();
    await context.with(trace.setSpan(ROOT_CONTEXT, request), () => worker.queue.add(child, 'x'));
    expect(await traces.sees('send', child)).toMatchObject({ traceId, parent: spanId });
    expect(await traces.sees('process', child)).toMatchObject({ traceId });
  });

  it('keeps its trace while it waits for its time', async () => {
    await worker.queue.add(child, 'x', { delay: 100 });
    const run = await traces.sees('process', child);
    const send = await traces.sees('send', child);
    expect(run).toMatchObject({ traceId: send.traceId, parent: send.id });
    expect(send.span.attributes).toMatchObject({ 'warren.task.delay': 100, 'messaging.destination.name': 'work' });
  });

  it('has failed in its trace when its time is over', async () => {
    await worker.queue.add(overruns, 'x');
    const { error, span } = await traces.sees('process', overruns);
    expect(error).toMatch(/longer than its timeout of 100 ms/);
    expect(span.attributes['error.type']).toBe('TaskTimeoutError');
  });

  it('has not failed when its handler puts it off', async () => {
    await worker.queue.add(putOff, 'x');
    await traces.sees('process', putOff, 2);
    const ends = traces.spans.map(({ name, error }) => `${name} ${error ?? 'well'}`);
    expect(ends.toSorted()).toEqual(['process work well', 'process work well', 'retry work well', 'send work well']);
  });

  it('that cannot be added is an error with its class', async () => {
    await expect(worker.queue.add(child, 'x', { id: '' })).rejects.toThrow('id');
    await expect(worker.queue.add(child, 'x', { headers: null as never })).rejects.toThrow('headers');
    const types = traces.spans.map(({ span }) => span.attributes['error.type']);
    expect(types).toEqual(['InvalidAddOptionsError', 'InvalidAddOptionsError']);
  });

  it('keeps a context that its sender has given it', async () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' };
    await worker.queue.add(child, 'x', { headers });
    const run = await traces.sees('process', child);
    expect(run).toMatchObject({ traceId: TRACE, parent: SPAN });
    expect(run.span.spanContext().traceState?.serialize()).toBe('vendor=1');
    expect(await traces.sees('send', child)).toMatchObject({ links: [SPAN] });
  });

  it('tells its trace in its events', async () => {
    await worker.queue.add(child, 'x');
    const { traceId } = await traces.sees('process', child);
    expect(await worker.sees('task.added')).toMatchObject({ traceId });
    expect(await worker.sees('task.started')).toMatchObject({ traceId });
    expect(await worker.sees('task.completed')).toMatchObject({ traceId });
  });
});

describe('many tasks that are traced', () => {
  it('of one addBulk have a span each, under one that counts them', async () => {
    await worker.queue.addBulk(['a', 'b'].map((payload) => ({ task: child, payload })));
    await traces.sees('process', child, 2);
    const [bulk, ...noMore] = traces.named('send');
    const created = traces.named('create', child);
    expect(bulk?.span).toMatchObject({ kind: SpanKind.CLIENT, attributes: { 'messaging.batch.message_count': 2 } });
    expect(noMore).toEqual([]);
    expect(created.map(({ parent: above, span }) => [above, span.kind])).toEqual([
      [bulk?.id, SpanKind.PRODUCER],
      [bulk?.id, SpanKind.PRODUCER],
    ]);
    const runs = traces.named('process', child).map(({ parent: above }) => above);
    expect(new Set(runs)).toEqual(new Set(created.map(({ id }) => id)));
  });

  it('of one batch are one run with a link to each, and a failed one goes on in its own trace', async () => {
    const { id: first } = await worker.queue.add(together, 'works');
    const { id: second } = await worker.queue.add(together, 'fails');
    const { id, parent: above, error, span } = await traces.sees('process', together);
    const sends = traces.named('send', together);
    expect({ above, error, kind: span.kind }).toEqual({ above: undefined, error: undefined, kind: SpanKind.CONSUMER });
    expect(span.attributes).toMatchObject({
      'messaging.batch.message_count': 2,
      'messaging.operation.name': 'process',
    });
    expect(span.links.map(({ context: to, attributes }) => [to.spanId, attributes?.['messaging.message.id']])).toEqual([
      [sends[0]?.id, first],
      [sends[1]?.id, second],
    ]);
    expect(await traces.sees('send', child)).toMatchObject({ parent: id });
    const retry = await traces.sees('retry', together);
    expect(retry).toMatchObject({ traceId: sends[1]?.traceId, parent: sends[1]?.id, links: [id] });
    expect(await traces.sees('process', together, 2)).toMatchObject({ links: [sends[1]?.id] });
  });
});

describe('a dead letter that was traced', () => {
  async function dead(): Promise<SeenSpan> {
    await worker.queue.add(fails, 'x');
    await worker.sees('task.dead-lettered');
    return traces.sees('process', fails);
  }

  it('ends its trace with its reason', async () => {
    const run = await dead();
    const { parent: above, traceId, error, span } = await traces.sees('dead-letter', fails);
    expect({ above, traceId, error }).toEqual({ above: run.id, traceId: run.traceId, error: undefined });
    expect(span.attributes).toMatchObject({
      'messaging.operation.type': 'settle',
      'warren.dead_letter.reason': 'attempts-exhausted',
    });
  });

  it('that never ran shows its trace why', async () => {
    await worker.queue.add(child, 'x');
    const { traceId, id } = await traces.sees('send', child);
    const headers = { traceparent: `00-${traceId}-${id}-01` };
    vhost.publish('work', JSON.stringify({ pattern: 'nobodys', data: 1 }), { headers, type: 'nobodys' });
    await worker.sees('task.dead-lettered');
    const [put] = traces.named('dead-letter');
    expect(put).toMatchObject({
      traceId,
      parent: id,
      error: expect.stringContaining('no handler for "nobodys"') as string,
    });
    expect(put?.span.attributes).toMatchObject({ 'error.type': 'UnknownTaskError', 'warren.task.name': 'nobodys' });
  });

  it('begins a trace of its own when it is redriven, with a link to the run that failed', async () => {
    const run = await dead();
    await worker.app.get(DeadLetterQueues).redrive({});
    const again = await traces.sees('process', fails, 2);
    const redrive = await traces.sees('redrive', fails);
    expect(redrive).toMatchObject({ parent: undefined, links: [run.id] });
    expect(redrive.span.attributes).toMatchObject({ 'messaging.operation.type': 'send' });
    expect(redrive.traceId).not.toBe(run.traceId);
    expect(again).toMatchObject({ traceId: redrive.traceId, parent: redrive.id, links: [redrive.id, run.id] });
    await worker.sees('task.dead-lettered', 2);
  });

  it('does so as well when who redrives it does not trace', async () => {
    const run = await dead();
    await traces.close();
    await worker.close();
    const operator = closing(await TestWorker.create({ urls: [vhost.url], tasks: Object.values(traced) }));
    await operator.app.get(DeadLetterQueues).redrive({});
    const { headers } = (await vhost.take('work')).properties;
    expect(headers).toMatchObject({ 'x-redriven-traceparent': traceParentOf(run) });
    expect(headers).not.toHaveProperty('traceparent');
    const later = closing(Traces.record());
    const options = { urls: [vhost.url], tasks: Object.values(traced), controllers: [TracedController] };
    closing(await TestWorker.start(options));
    vhost.publish('work', JSON.stringify({ pattern: 'fails', data: 'x' }), { headers });
    const again = await later.sees('process', fails);
    expect(again).toMatchObject({ parent: undefined, links: [run.id] });
    expect(again.traceId).not.toBe(run.traceId);
  });
});
