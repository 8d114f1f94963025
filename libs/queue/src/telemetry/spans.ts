import { SpanKind, context as contexts, isSpanContextValid, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { RetryLater } from '../errors';
import { header } from '../message/headers';
import { traceIdOf, writeTraceParent } from '../message/trace-headers';
import type { TraceHeaders, TracedContext, Tracing } from '../tracing';
import { WORKER_NAME } from '../worker-name';
import { CurrentTracer } from './current-tracer';
import { isRunningTaskWanted, withinBatch, withinRun } from './running-task';
import { addedTask, handledTask, movedTask, operation, serverAttributes } from './span-attributes';
import type { OperationType } from './span-attributes';
import { errorIn, fail, quietly } from './span-errors';
import { linkTo, linksOf, linkToDead } from './span-links';
import { carriesContext, extracted, injected, withHeaders } from './trace-carrier';

/** A collector that does not answer shall not hold up the end of the app. */
const FLUSH_TIMEOUT_MS = 2_000;

/** What a span begins with. */
interface Beginning {
  /** The operation as Warren calls it, and as the conventions do. */
  readonly as: string;
  readonly type: OperationType;
  readonly queue: string | undefined;
  readonly kind: SpanKind;
  readonly parent: Context;
  readonly attributes: Attributes;
  readonly links?: Link[];
}

/**
 * Tasks as spans of OpenTelemetry, by its conventions for RabbitMQ (1.44): `send` where a task is added, `process` for each of its runs,
 * as its children, `retry` and `dead-letter` where a run that failed sends it on. docs/tracing.md tells them all. With no SDK there
 * nothing is done and no header written. What an SDK throws is told to the API's own `diag`, and is never a task's end.
 */
export class Spans implements Tracing {
  private readonly tracer = new CurrentTracer();
  private readonly everywhere: Attributes;
  /** The span of each run in progress, by its message; one of a batch is the span of all its tasks. */
  private readonly runs = new WeakMap<object, { readonly span: SpanContext; readonly isOfBatch: boolean }>();

  /** @param urls the broker's, told when it is one */
  constructor(urls: readonly string[] = []) {
    this.everywhere = { 'messaging.client.id': WORKER_NAME, ...serverAttributes(urls) };
  }

  get isOn(): boolean {
    return this.tracer.get() !== undefined;
  }

  get surroundsRuns(): boolean {
    return isRunningTaskWanted() || this.isOn;
  }

  add: Tracing['add'] = async (as, { name, queue }, options, store) => {
    const parent = contexts.active();
    const isCarrying = carriesContext(options.headers);
    const links = isCarrying ? linksOf(options.headers) : [];
    const attributes = addedTask(name, options);
    const start: Beginning = { as, type: as, queue: queue.name, kind: SpanKind.PRODUCER, parent, attributes, links };
    return this.during(start, async (span, within) => {
      const added = await store(isCarrying || within === undefined ? {} : injected(within));
      quietly(() => span?.setAttribute('messaging.message.id', added.id));
      return added;
    });
  };

  addBulk: Tracing['addBulk'] = async (tasks, add) => {
    const queues = new Set(tasks.map(({ task }) => task.queue.name));
    const [queue] = queues.size === 1 ? queues : [];
    const attributes = { 'messaging.batch.message_count': tasks.length };
    // Each task's own span is what its message names, so that this one is no producer's.
    const start = { as: 'send', kind: SpanKind.CLIENT, parent: contexts.active(), attributes };
    return this.during({ ...start, type: 'send', queue }, add);
  };

  run: Tracing['run'] = (task, handle) => {
    const told = isRunningTaskWanted() ? () => withinRun(task, handle) : handle;
    if (!this.isOn) return told();
    const { headers } = task.message.properties;
    const parent = extracted(headers);
    const links = linksOf(headers);
    const attributes = handledTask(task);
    const start = { as: 'process', queue: task.queue, kind: SpanKind.CONSUMER, parent, attributes, links };
    return this.during({ ...start, type: 'process' }, (span) => {
      const own = contextOf(span);
      if (own === undefined) return told();
      this.runs.set(task.message, { span: own, isOfBatch: false });
      task.traceId = own.traceId;
      return told();
    });
  };

  batch: Tracing['batch'] = (batch, handle) => {
    const told = isRunningTaskWanted() ? () => withinBatch(batch, handle) : handle;
    if (!this.isOn) return told();
    const links = batch.tasks.flatMap(({ id, attempt, headers }) => {
      const attributes = {
        ...(id === undefined ? {} : { 'messaging.message.id': id }),
        'warren.task.attempt': attempt,
      };
      return linksOf(headers, attributes);
    });
    const attributes = { 'warren.task.name': batch.name, 'messaging.batch.message_count': batch.tasks.length };
    const start = { as: 'process', queue: batch.queue, kind: SpanKind.CONSUMER, parent: extracted(undefined) };
    return this.during({ ...start, type: 'process', attributes, links }, (span) => {
      const own = contextOf(span);
      if (own !== undefined) {
        for (const task of batch.tasks) this.runs.set(task.getMessage(), { span: own, isOfBatch: true });
      }
      return told();
    });
  };

  move: Tracing['move'] = (as, task, message, carryOut) => {
    const run = this.runs.get(task.message);
    const added = extracted(task.message.properties.headers);
    const own = run?.isOfBatch === false ? run.span : undefined;
    const parent = own === undefined ? added : trace.setSpanContext(added, own);
    const links = run?.isOfBatch === true ? linkTo(run.span) : [];
    const attributes = { ...handledTask(task), ...movedTask(message) };
    const start = { as, queue: task.queue, kind: SpanKind.CLIENT, parent, attributes, links };
    return this.during({ ...start, type: 'settle' }, (span, within) => {
      if (span === undefined || within === undefined) return carryOut(message);
      // No run's span tells of it, so that the trace would show no failure.
      if (as === 'dead-letter' && run === undefined) quietly(() => fail(span, errorIn(message)));
      if (as === 'dead-letter') return carryOut(withHeaders(message, deadLetterHeaders(own ?? contextOf(span))));
      const isCarrying = trace.getSpanContext(added) !== undefined;
      return carryOut(isCarrying ? message : withHeaders(message, injected(parent === added ? within : parent)));
    });
  };

  redrive: Tracing['redrive'] = ({ id, name, queue }, headers, store) => {
    const parent = contexts.active();
    const links = linkToDead(headers);
    const attributes = { 'messaging.message.id': id, ...(name === undefined ? {} : { 'warren.task.name': name }) };
    const start = { as: 'redrive', queue, kind: SpanKind.PRODUCER, parent, attributes, links };
    return this.during({ ...start, type: 'send' }, (_span, within) =>
      store(within === undefined ? {} : injected(within)),
    );
  };

  /** Called when the app closes: what has ended shall not be lost with the process. */
  flush(): Promise<void> {
    return this.tracer.flush(FLUSH_TIMEOUT_MS);
  }

  crossing(): TraceHeaders | undefined {
    return this.isOn ? injected(contexts.active()) : undefined;
  }

  inThread<Result>(
    context: TracedContext,
    crossed: TraceHeaders | undefined,
    handle: () => Promise<Result>,
  ): Promise<Result> {
    const traceId = traceIdOf(crossed ?? context.headers);
    const told = isRunningTaskWanted() ? () => withinRun({ ...idsOf(context), traceId }, handle) : handle;
    return crossed === undefined || !this.isOn ? told() : contexts.with(extracted(crossed), told);
  }

  /** A span around some work, which is active meanwhile; the work alone where there can be none. */
  private async during<Result>(
    { as, type, queue, kind, parent, attributes, links }: Beginning,
    work: (span: Span | undefined, within: Context | undefined) => Promise<Result>,
  ): Promise<Result> {
    const span = quietly(() =>
      this.tracer.get()?.startSpan(
        queue === undefined ? as : `${as} ${queue}`,
        {
          kind,
          attributes: { ...operation(as, type, queue), ...this.everywhere, ...attributes },
          links: links ?? [],
        },
        parent,
      ),
    );
    if (span === undefined) return work(undefined, undefined);
    const within = trace.setSpan(parent, span);
    try {
      return await contexts.with(within, () => work(span, within));
    } catch (error) {
      // A handler that puts its task off, uncounted, has not failed.
      if (!(error instanceof RetryLater && !error.counted)) quietly(() => fail(span, error));
      throw error;
    } finally {
      quietly(() => span.end());
    }
  }
}

/** What names a span; `undefined` when nothing can be said of it. */
function contextOf(span: Span | undefined): SpanContext | undefined {
  const own = quietly(() => span?.spanContext());
  return own !== undefined && isSpanContextValid(own) ? own : undefined;
}

function deadLetterHeaders(run: SpanContext | undefined): TraceHeaders {
  return run === undefined ? {} : { [header.deadLetterTraceparent]: writeTraceParent(run) };
}

function idsOf({ id, queue, attempt }: TracedContext): Pick<TracedContext, 'id' | 'queue' | 'attempt'> {
  return { id, queue, attempt };
}
