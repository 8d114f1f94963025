// Sends the spans of a producer or a worker to an OpenTelemetry collector. Load it before the app, in the app's folder:
//   npm install --no-save @opentelemetry/sdk-node@0.223.0      the newest for Node 20, and for the API that Warren has
//   OTEL_SERVICE_NAME=worker node --require ./deploy/otel.cjs dist/apps/worker/apps/worker/src/main.js
// The rest is said by the SDK's own variables: OTEL_EXPORTER_OTLP_ENDPOINT (http://localhost:4318), OTEL_TRACES_SAMPLER,
// OTEL_PROPAGATORS, OTEL_SDK_DISABLED. A worker's threads and the workers of a supervisor load it as well. See docs/tracing.md.
const { NodeSDK } = require('@opentelemetry/sdk-node');

// Give it `instrumentations` of what your handlers use, and @opentelemetry/instrumentation-http for the producer's requests; not
// that of amqplib, which would tell each task a second time. What the app closes with is sent by QueueModule.
new NodeSDK().start();
