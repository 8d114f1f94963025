import { newFileInside } from '../files/inside-folder';
import { writeWholeFile } from '../files/write-whole-file';
import { SmsSender } from './sms-sender';
import type { Sms } from './sms-sender';

/** Writes each text message as `<key>.json` instead of sending it. The same again is the same file again. */
export class SmsFolder extends SmsSender {
  constructor(private readonly folder: string) {
    super();
  }

  override async send(sms: Sms, key: string, signal: AbortSignal): Promise<void> {
    const path = await newFileInside(this.folder, `${key}.json`);
    await writeWholeFile(path, `${JSON.stringify(sms, undefined, 2)}\n`, signal);
  }
}
