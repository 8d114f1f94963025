import { z } from 'zod';

/** The user and password of a URL; a password may hold anything but what ends it. */
const CREDENTIALS = /^([a-z]+:\/\/)[^/]*@/i;

/** A broker's URL for people to read: the password is never shown. */
export function maskUrl(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url);
    return `${protocol}//${username === '' ? '' : `${username}:***@`}${host}${pathname}`;
  } catch {
    return url.replace(CREDENTIALS, '$1***@');
  }
}

function problemOf(url: string): string | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return `"${maskUrl(url)}" is not a URL; write amqp://user:password@host:port/vhost and percent-encode special characters`;
  }
  if (parsed.protocol !== 'amqp:' && parsed.protocol !== 'amqps:') {
    return `"${maskUrl(url)}" must begin with amqp:// or amqps://`;
  }
  return parsed.hostname === '' ? `"${maskUrl(url)}" names no host` : undefined;
}

/** A comma-separated list of broker URLs. A comma inside a password is written `%2C`. */
export const brokerUrls: z.ZodType<readonly string[], string> = z.string().transform((text, context) => {
  const urls = text.split(',').map((url) => url.trim());
  for (const url of urls) {
    const message = url === '' ? 'holds an empty URL between its commas' : problemOf(url);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }
  return urls;
});
