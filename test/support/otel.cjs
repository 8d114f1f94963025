// Registers an SDK before a program of the tests begins, in its threads as well: NODE_OPTIONS='--require ./test/support/otel.cjs'.
// Each span that has ended is a line among the program's events.
const { context, propagation, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { W3CTraceContextPropagator } = require('@opentelemetry/core');
const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const exporter = {
  /**
   * @param {import('@opentelemetry/sdk-trace-base').ReadableSpan[]} spans
   * @param {(result: { code: number }) => void} done
   */
  export(spans, done) {
    for (const span of spans) {
      const { spanId: id, traceId } = span.spanContext();
      const message = { event: 'span', name: span.name, id, traceId, parent: span.parentSpanContext?.spanId };
      process.stdout.write(`${JSON.stringify({ message })}\n`);
    }
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};

trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
