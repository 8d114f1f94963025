import { AccessDeniedError } from '../errors';
import { maskUrl } from './broker-url';

const WRONG_CREDENTIALS = /\b403 \(ACCESS-REFUSED\) with message "(.*)"/s;

/**
 * RabbitMQ and LavinMQ answer `connection.open` with a close (530) when there is no such virtual host, or the user may
 * not enter it. amqplib keeps the broker's words to itself there: this is all it says.
 */
const NO_VIRTUAL_HOST = /^Expected ConnectionOpenOk; got <ConnectionClose\b/;

/** A refusal that trying again does not change, as one sentence with its remedy; `undefined` for any other failure. */
export function handshakeRefusalOf(failure: string, url: string): AccessDeniedError | undefined {
  const login = WRONG_CREDENTIALS.exec(failure);
  if (login !== null) {
    return new AccessDeniedError(
      `The broker at ${maskUrl(url)} refuses the user or the password; correct AMQP_URL (${login[1]}).`,
    );
  }
  if (!NO_VIRTUAL_HOST.test(failure)) return undefined;
  return new AccessDeniedError(
    `The broker at ${maskUrl(url)} refuses the virtual host "${virtualHostOf(url)}": it does not exist, the user has no ` +
      'permission in it, or its limit of connections is reached; correct AMQP_URL, or create it and grant the permission.',
  );
}

/** The path of an AMQP URL without its slash; `/` where there is none. */
function virtualHostOf(url: string): string {
  const path = new URL(url).pathname.slice(1);
  try {
    return decodeURIComponent(path) || '/';
  } catch {
    return path;
  }
}
