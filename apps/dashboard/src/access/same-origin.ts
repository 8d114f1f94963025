import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from './unguarded';

/** The header that the pages send with all that changes something. A form or an image of another page cannot. */
export const OWN_HEADER = 'x-warren-dashboard';

/** What is known of the dashboard's own address. */
export interface OwnAddress {
  /** Whether nobody has to log in. */
  readonly isOpen: boolean;
  readonly publicUrl: string | undefined;
}

const READING = ['GET', 'HEAD'];

/**
 * Why a request is none that the dashboard's own pages would send; `undefined` when it may be one. What only reads is
 * refused under a foreign host name while nobody has to log in: a page whose name is made to lead here would otherwise
 * read everything. What changes something has to come from a page of this origin as well.
 */
export function foreignRequestProblem(
  { method, headers }: { method: string; headers: IncomingHttpHeaders },
  own: OwnAddress,
): string | undefined {
  const host = headers.host ?? '';
  const publicHost = own.publicUrl === undefined ? undefined : new URL(own.publicUrl).host;
  if (own.isOpen && !isLoopback(nameOf(host))) {
    return `While nobody has to log in, the dashboard answers to localhost and 127.0.0.1 only, not to "${host.slice(0, 100)}"; with DASHBOARD_USERS it answers to every name.`;
  }
  if (READING.includes(method)) return undefined;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'A page of another origin may not change anything here.';
  const { origin } = headers;
  if (origin !== undefined && !isOwn(hostUrl(origin)?.host, host, publicHost)) {
    return 'A page of another origin may not change anything here.';
  }
  if (headers[OWN_HEADER] === undefined) return `What changes something has to carry the header ${OWN_HEADER}.`;
  return undefined;
}

/** The name in a `Host` header: without port and closing dot, in lower case; empty when it is none. */
export function nameOf(host: string): string {
  return hostUrl(`http://${host}`)?.hostname.replace(/\.$/, '') ?? '';
}

/** `null`, as sandboxed pages call themselves, has no host. */
function isOwn(origin: string | undefined, host: string, publicHost: string | undefined): boolean {
  return origin !== undefined && (origin === host || origin === publicHost);
}

function hostUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
