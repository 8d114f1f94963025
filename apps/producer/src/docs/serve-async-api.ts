import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/** Serves a document of the messages at `/asyncapi`, for those who talk to the queues themselves. */
export function serveAsyncApi(app: NestExpressApplication, document: object): void {
  const text = JSON.stringify(document);
  app.use('/asyncapi', ({ method, path }: Request, response: Response, next: NextFunction) => {
    if (path !== '/' || !['GET', 'HEAD'].includes(method)) next();
    else response.type('application/json').send(text);
  });
}
