import { z } from 'zod';

/**
 * A broker's URL for people to read: the password is never shown. Neither is what might be one because it was not
 * percent-encoded: everything before the last `@`, and all of what is no URL.
 */
export function maskUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !isBrokerProtocol(parsed)) return '***';
  const { protocol, username, password, host, pathname } = parsed;
  if (hasStrayAt(parsed)) return `${protocol}//***@${url.slice(url.lastIndexOf('@') + 1)}`;
  return `${protocol}//${username}${password === '' ? '' : ':***'}${username + password === '' ? '' : '@'}${host}${pathname}`;
}

const ADVICE = 'write amqp://user:password@host:port/vhost and percent-encode special characters';

/** Without the text itself: what is wrong with it may be that a part of the password stands where it should not. */
function problemOf(url: string): string | undefined {
  if (url === '') return 'is empty between its commas';
  if (!URL.canParse(url)) return `is not a URL; ${ADVICE}`;
  const parsed = new URL(url);
  if (!isBrokerProtocol(parsed)) return 'must begin with amqp:// or amqps://';
  if (parsed.hostname === '') return 'names no host';
  return hasStrayAt(parsed) || !isDecodable(parsed) ? `holds a character that belongs elsewhere; ${ADVICE}` : undefined;
}

function isBrokerProtocol({ protocol }: URL): boolean {
  return protocol === 'amqp:' || protocol === 'amqps:';
}

/** A `/`, `?` or `#` in a password that is not percent-encoded ends the host's part before the `@`. */
function hasStrayAt({ pathname, search, hash }: URL): boolean {
  return `${pathname}${search}${hash}`.includes('@');
}

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    decodeURIComponent(`${username} ${password} ${pathname}`);
    return true;
  } catch {
    return false;
  }
}

/** A comma-separated list of broker URLs. A comma inside a password is written `%2C`. */
export const brokerUrls: z.ZodType<readonly string[], string> = z.string().transform((text, context) => {
  const urls = text.split(',').map((url) => url.trim());
  for (const [index, url] of urls.entries()) {
    const problem = problemOf(url);
    const subject = urls.length === 1 ? '' : `URL ${index + 1} of ${urls.length} `;
    if (problem !== undefined) context.addIssue({ code: 'custom', message: subject + problem });
  }
  return urls;
});
