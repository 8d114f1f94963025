import { TaskRegistry } from '@app/queue';
import { asyncApiDocument } from '@app/queue/contracts';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { openApiDocument } from './docs/openapi-document';
import { serveAsyncApi } from './docs/serve-async-api';
import { serveDocs } from './docs/serve-docs';
import { producerConfiguration } from './producer.configuration';
import type { ProducerConfiguration } from './producer.configuration';

/** Room for name, options and white space around one task, and for a batch of a thousand small ones. */
const ENVELOPE_BYTES = 1_048_576;

const JSON_TYPES = ['application/json', 'application/*+json'];

/** Scripts and styles of this origin alone; the documentation page has one style sheet inside itself. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Everything about HTTP that is not in a controller: which bodies are read, the headers of every answer, the
 * documentation. For an app created with `bodyParser: false` that does not listen yet.
 */
export async function setUpHttp(app: NestExpressApplication): Promise<void> {
  const configuration = app.get<ProducerConfiguration>(producerConfiguration.KEY);
  const limit = bodyLimit(configuration.maxMessageBytes);
  app.disable('x-powered-by');
  app.use(setSecurityHeaders);
  if (configuration.docs) {
    const registry = app.get(TaskRegistry);
    const limits = { bodyBytes: limit, messageBytes: configuration.maxMessageBytes };
    await serveDocs(app, openApiDocument(registry.tasks, limits));
    serveAsyncApi(app, asyncApiDocument(registry));
  }
  app.use(requireJson);
  app.useBodyParser('json', { limit, strict: false, type: JSON_TYPES });
}

/** Bytes of the largest body that is read, after decompression: one message of the largest size in its envelope. */
export function bodyLimit(maxMessageBytes: number): number {
  return maxMessageBytes + ENVELOPE_BYTES;
}

function setSecurityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}

/** A body of another type is refused, not skipped. It also keeps pages of other origins from posting without being asked. */
function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const isEmpty = request.headers['content-length'] === '0';
  const isJson = request.is(JSON_TYPES) !== false; // null, without any body, is for the controller to say
  next(
    isJson || isEmpty
      ? undefined
      : new UnsupportedMediaTypeException('The body must be JSON, sent as application/json.'),
  );
}
