import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Readiness } from '../health/queue-health';
import { cannotListen } from '../listen';
import type { ListenAddress } from '../listen';
import type { WorkerStatus } from './supervised-worker';

/** What the answer tells of. */
export interface Supervised {
  readiness(): Readiness;
  readonly status: readonly WorkerStatus[];
}

/**
 * `/health/live` and `/health/ready` for all workers of a supervisor, in the form in which a single worker answers them. Readiness also
 * has `workers`: what each of them is. Everything else is 404.
 * @throws ConfigurationError when it cannot listen there.
 */
export async function answerHealth(supervised: Supervised, address: ListenAddress): Promise<void> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && path === '/health/live') answer(response, 200, { status: 'ok', info: {}, error: {}, details: {} });
    else if (isRead && path === '/health/ready') answerReadiness(response, supervised);
    else answer(response, 404, { statusCode: 404, message: 'Only /health/live and /health/ready are here.' });
  });
  try {
    await once(server.listen(address.port, address.host), 'listening');
  } catch (error) {
    throw cannotListen(error, address);
  }
}

function answerReadiness(response: ServerResponse, supervised: Supervised): void {
  const { isReady, problems } = supervised.readiness();
  const workers = supervised.status;
  const queue = isReady ? { status: 'up', workers } : { status: 'down', problems, workers };
  answer(response, isReady ? 200 : 503, {
    status: isReady ? 'ok' : 'error',
    info: isReady ? { queue } : {},
    error: isReady ? {} : { queue },
    details: { queue },
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-cache, no-store, must-revalidate',
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
