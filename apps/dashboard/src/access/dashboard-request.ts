import { isIP } from 'node:net';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Session } from './sessions';

/** The cookie that carries a session. */
export const COOKIE = 'warren-dashboard';

/** A request of somebody who was let in. */
export interface DashboardRequest extends Request {
  session?: Session;
  /** Whether the session is still good, for an answer that takes long. */
  isLoggedIn?: () => boolean;
}

/** The name of whoever asks, as events and log lines carry it. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { session } = context.switchToHttp().getRequest<DashboardRequest>();
  return `dashboard:${session?.viewer.name ?? 'nobody'}`;
});

/**
 * The address of whoever asks, as a proxy that is trusted names it or else the socket. Some proxies name the port with it, which is another for
 * each connection and is left out. Whatever is none is one and the same unknown address.
 */
export function addressOf({ ip = '' }: Pick<Request, 'ip'>): string {
  const [, inBrackets, beforePort] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(ip) ?? [];
  const address = inBrackets ?? beforePort ?? ip;
  return isIP(address) === 0 ? 'an unknown address' : address;
}

/** The text of the session's cookie. */
export function cookieOf(request: Request): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
