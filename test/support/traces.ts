import type { TaskDefinition } from '@app/queue';
import { SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { TextMapPropagator } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { waitFor } from './wait-for';

/** One span, as a test looks at it. */
export interface SeenSpan {
  readonly name: string;
  /** The task's name; of a batch as well. */
  readonly task: unknown;
  readonly id: string;
  readonly traceId: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  /** The description of its status, when that is an error. */
  readonly error: string | undefined;
  readonly span: ReadableSpan;
}

/** An SDK in this process that keeps its spans in memory, as an app would register one that sends them somewhere. */
export class Traces {
  private readonly exporter = new InMemorySpanExporter();

  private constructor(propagator: TextMapPropagator, processor: (exporter: SpanExporter) => SpanProcessor) {
    const provider = new BasicTracerProvider({ spanProcessors: [processor(this.exporter)] });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(propagator);
  }

  /** Close it on the line that opens it: the rest of the file shall run without. */
  static record(propagator: TextMapPropagator = new W3CTraceContextPropagator()): Traces {
    return new Traces(propagator, (exporter) => new SimpleSpanProcessor(exporter));
  }

  /** The same, keeping what has ended until somebody wants it sent, as SDKs do for some seconds. */
  static keep(): Traces {
    const patience = { scheduledDelayMillis: 3_600_000, maxExportBatchSize: 512 };
    return new Traces(new W3CTraceContextPropagator(), (exporter) => new BatchSpanProcessor(exporter, patience));
  }

  async close(): Promise<void> {
    trace.disable();
    context.disable();
    propagation.disable();
    await this.exporter.shutdown();
  }

  /** Every span that has ended so far, in the order of their ends. */
  get spans(): readonly SeenSpan[] {
    return this.exporter.getFinishedSpans().map((span) => {
      const { spanId: id, traceId } = span.spanContext();
      const links = span.links.map((link) => link.context.spanId);
      const error = span.status.code === SpanStatusCode.ERROR ? span.status.message : undefined;
      const task = span.attributes['warren.task.name'];
      return { name: span.name, task, id, traceId, parent: span.parentSpanContext?.spanId, links, error, span };
    });
  }

  /** Those of one operation, and of one task when it is given. */
  named(operation: string, task?: TaskDefinition): readonly SeenSpan[] {
    return this.spans.filter((span) => span.name === `${operation} work` && (!task || task.name === span.task));
  }

  /** Waits until so many spans of one operation and task have ended; the last of them. */
  async sees(operation: string, task: TaskDefinition, times = 1): Promise<SeenSpan> {
    return waitFor(
      () =>
        `"${operation}" of ${task.name} (${times} times); ended: ${JSON.stringify(this.spans.map((span) => [span.name, span.task]))}`,
      () => this.named(operation, task)[times - 1],
    );
  }
}

/** A span as a `traceparent` names it. */
export function traceParentOf({ id, traceId }: SeenSpan): string {
  return `00-${traceId}-${id}-01`;
}
