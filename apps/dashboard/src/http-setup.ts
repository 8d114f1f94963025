import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/** Scripts, styles and data of this origin alone; nothing inline, nothing from elsewhere, and in nobody's frame. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The largest body of a request: a reason, a search, some hundred ids. */
const BODY_BYTES = 65_536;

/**
 * The headers of every answer, which bodies are read, and whose address a request has. For an app created with `bodyParser: false`.
 * @param trustedProxies how many of those that stand in front are believed
 */
export function setUpHttp(app: NestExpressApplication, trustedProxies: number): void {
  app.set('trust proxy', trustedProxies);
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(setSecurityHeaders);
  app.useBodyParser('json', { limit: BODY_BYTES, type: 'application/json' });
}

function setSecurityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
  next();
}
