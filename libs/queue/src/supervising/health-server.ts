import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Readiness } from '../health/queue-health';
import { cannotListen } from '../listen';
import type { ListenAddress } from '../listen';
import { PROMETHEUS_TEXT, prometheusText } from '../metrics/prometheus-text';
import type { Metric } from '../metrics/prometheus-text';
import type { WorkerStatus } from './worker-status';

/** What the answer tells of. */
export interface Supervised {
  readiness(): Readiness;
  readonly status: readonly WorkerStatus[];
  metrics(): Promise<readonly Metric[]>;
}

/**
 * `/health/live` and `/health/ready` for all workers of a supervisor, in the form in which a single worker answers them. Readiness also
 * has `workers`: what each of them is. `/metrics` has the same in numbers, for Prometheus, and all that each worker would answer there
 * by itself, with its number. Everything else is 404.
 * @throws ConfigurationError when it cannot listen there.
 */
export async function answerHealth(supervised: Supervised, address: ListenAddress): Promise<void> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/health/live') answer(response, 200, { status: 'ok', info: {}, error: {}, details: {} });
    else if (isRead && path === '/health/ready') answerReadiness(response, supervised);
    else if (isRead && path === '/metrics')
      answerMetrics(response, supervised).catch(() =>
        answer(response, 500, { statusCode: 500, message: 'The metrics could not be read.' }),
      );
    else answer(response, 404, { statusCode: 404, message: 'Only /health/live, /health/ready and /metrics are here.' });
  });
  try {
    await once(server.listen(address.port, address.host), 'listening');
  } catch (error) {
    throw cannotListen(error, address);
  }
}

function answerReadiness(response: ServerResponse, supervised: Supervised): void {
  const { isReady, problems, remarks } = supervised.readiness();
  const workers = supervised.status;
  const said = { ...(remarks === undefined ? {} : { remarks }), workers };
  const queue = isReady ? { status: 'up', ...said } : { status: 'down', problems, ...said };
  answer(response, isReady ? 200 : 503, {
    status: isReady ? 'ok' : 'error',
    info: isReady ? { queue } : {},
    error: isReady ? {} : { queue },
    details: { queue },
  });
}

async function answerMetrics(response: ServerResponse, supervised: Supervised): Promise<void> {
  const text = prometheusText(await supervised.metrics());
  response.writeHead(200, { 'content-type': PROMETHEUS_TEXT, 'cache-control': 'no-store' }).end(text);
}

function answer(response: ServerResponse, status: number, body: object): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-cache, no-store, must-revalidate',
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
