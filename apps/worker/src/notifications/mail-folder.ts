import { createTransport } from 'nodemailer';
import { newFileInside } from '../files/inside-folder';
import { writeWholeFile } from '../files/write-whole-file';
import { Mailer, messageOf } from './mailer';
import type { Email } from './mailer';

/** Writes each mail as `<key>.eml`, as a mail server would receive it. The same mail again is the same file again. */
export class MailFolder extends Mailer {
  private readonly transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

  constructor(
    private readonly folder: string,
    private readonly from: string,
  ) {
    super();
  }

  override async send(email: Email, key: string, signal: AbortSignal): Promise<void> {
    const path = await newFileInside(this.folder, `${key}.eml`);
    const { message } = await this.transport.sendMail({ ...messageOf(email, this.from, key), signal });
    if (!Buffer.isBuffer(message)) throw new TypeError('nodemailer gave a stream where a buffer was asked for');
    await writeWholeFile(path, message, signal);
  }
}
