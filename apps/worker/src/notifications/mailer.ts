import type { PayloadOf } from '@app/queue';
import type { notificationEmail } from '@app/tasks';
import type { SendMailOptions } from 'nodemailer';

/** What `notification.email` carries. */
export type Email = PayloadOf<typeof notificationEmail>;

/** Sends e-mails: into a folder (`MailFolder`) or through a server (`SmtpMailer`). */
export abstract class Mailer {
  /**
   * @param key the same for the same mail: it becomes the Message-ID.
   * @throws the signal's abort error when it fires first; the mail may have been sent then.
   */
  abstract send(email: Email, key: string, signal: AbortSignal): Promise<void>;
}

/**
 * The message nodemailer is given. The recipient is handed over as an address, never as a header to be parsed, and no
 * content may name a file or a URL to be read.
 */
export function messageOf(email: Email, from: string, key: string): SendMailOptions {
  return {
    from,
    to: { name: '', address: email.to },
    subject: email.subject,
    text: email.text,
    ...(email.html === undefined ? {} : { html: email.html }),
    messageId: `<${key}@${domainOf(from)}>`,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function domainOf(from: string): string {
  return /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost';
}
