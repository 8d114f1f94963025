import type { PayloadOf } from '@app/queue';
import type { notificationSms } from '@app/tasks';

/** What `notification.sms` carries. */
export type Sms = PayloadOf<typeof notificationSms>;

/** Sends text messages: into a folder (`SmsFolder`) or through a gateway (`SmsGateway`). */
export abstract class SmsSender {
  /**
   * @param key the same for the same text message, so that it is sent once however often its task runs.
   * @throws the signal's reason when it fires first; the text message may have been sent then.
   */
  abstract send(sms: Sms, key: string, signal: AbortSignal): Promise<void>;
}
