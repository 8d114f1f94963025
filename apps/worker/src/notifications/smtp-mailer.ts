import { createTransport } from 'nodemailer';
import { Mailer, messageOf } from './mailer';
import type { Email } from './mailer';

/** Milliseconds to find the server, to connect, and to be greeted, each. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Milliseconds the server may be silent in the middle of a mail. */
const SILENCE_TIMEOUT_MS = 30_000;

/**
 * Sends each mail through an SMTP server. The server's refusal and its silence reject. A mail whose task runs twice is
 * sent twice, with the same Message-ID, by which mail servers and readers can tell.
 */
export class SmtpMailer extends Mailer {
  private readonly transport;

  /** @param url `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. */
  constructor(
    url: string,
    private readonly from: string,
  ) {
    super();
    this.transport = createTransport({
      url,
      dnsTimeout: CONNECT_TIMEOUT_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
    });
  }

  override async send(email: Email, key: string, signal: AbortSignal): Promise<void> {
    await this.transport.sendMail({ ...messageOf(email, this.from, key), signal });
  }
}
