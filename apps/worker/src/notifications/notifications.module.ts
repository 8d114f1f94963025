import { Module } from '@nestjs/common';
import { workerConfiguration } from '../worker.configuration';
import type { WorkerConfiguration } from '../worker.configuration';
import { MailFolder } from './mail-folder';
import { Mailer } from './mailer';
import { NotificationsController } from './notifications.controller';
import { SmsFolder } from './sms-folder';
import { SmsGateway } from './sms-gateway';
import { SmsSender } from './sms-sender';
import { SmtpMailer } from './smtp-mailer';

/** Sending e-mails and text messages: into folders, or for real once SMTP_URL or SMS_GATEWAY_URL is set. */
@Module({
  controllers: [NotificationsController],
  providers: [
    {
      provide: Mailer,
      inject: [workerConfiguration.KEY],
      useFactory: ({ smtpUrl, mailFolder, mailFrom }: WorkerConfiguration): Mailer =>
        smtpUrl === undefined ? new MailFolder(mailFolder, mailFrom) : new SmtpMailer(smtpUrl, mailFrom),
    },
    {
      provide: SmsSender,
      inject: [workerConfiguration.KEY],
      useFactory: ({ smsGatewayUrl, smsGatewayToken, smsTimeout, smsFolder }: WorkerConfiguration): SmsSender =>
        smsGatewayUrl === undefined
          ? new SmsFolder(smsFolder)
          : new SmsGateway({ url: smsGatewayUrl, token: smsGatewayToken, timeout: smsTimeout }),
    },
  ],
})
export class NotificationsModule {}
