import { Handles, TaskContext } from '@app/queue';
import { notificationEmail, notificationSms } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { idempotencyKey } from './idempotency-key';
import { Mailer } from './mailer';
import type { Email } from './mailer';
import { SmsSender } from './sms-sender';
import type { Sms } from './sms-sender';

/** The handlers of `notification.email` and `notification.sms`: two kinds of task may share a queue. */
@Controller()
export class NotificationsController {
  constructor(
    private readonly mailer: Mailer,
    private readonly smsSender: SmsSender,
  ) {}

  @Handles(notificationEmail)
  async sendEmail(@Payload() email: Email, @Ctx() context: TaskContext): Promise<void> {
    await this.mailer.send(email, idempotencyKey(context.id), context.signal);
  }

  @Handles(notificationSms)
  async sendSms(@Payload() sms: Sms, @Ctx() context: TaskContext): Promise<void> {
    await this.smsSender.send(sms, idempotencyKey(context.id), context.signal);
  }
}
