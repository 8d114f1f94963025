import { QueueTestingModule, runTask } from '@app/queue/testing';
import { notificationEmail, notificationSms } from '@app/tasks';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { Mailer } from './mailer';
import { NotificationsController } from './notifications.controller';
import { SmsSender } from './sms-sender';

const email = { to: 'ada@example.org', subject: 'It is done', text: 'Hello Ada.' };

const mailer = { send: jest.fn() };

/** The handlers on their way as in a worker, without a broker: what they are given, and what becomes of a failure. */
describe('the handlers of notifications', () => {
  let module: TestingModule;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [QueueTestingModule.forRoot({ tasks: [notificationEmail, notificationSms] })],
      controllers: [NotificationsController],
      providers: [
        { provide: Mailer, useValue: mailer },
        { provide: SmsSender, useValue: { send: jest.fn() } },
      ],
    }).compile();
  });

  afterAll(() => module.close());

  it('send an e-mail with the task’s id as its key, and pass the signal on', async () => {
    mailer.send.mockResolvedValueOnce(undefined);
    expect(await runTask(module, notificationEmail, email, { id: 'task-1' })).toMatchObject({ outcome: 'completed' });
    expect(mailer.send).toHaveBeenCalledWith(email, 'task-1', expect.any(AbortSignal));
  });

  it('try again while the mail server is away, and put the task aside after the eighth attempt', async () => {
    mailer.send.mockRejectedValue(new Error('connect ECONNREFUSED'));
    expect(await runTask(module, notificationEmail, email)).toMatchObject({
      outcome: 'retrying',
      retry: { attempt: 2 },
    });
    expect(await runTask(module, notificationEmail, email, { attempt: 8 })).toMatchObject({
      outcome: 'dead-lettered',
      reason: 'attempts-exhausted',
    });
  });

  it('never see what is no e-mail', async () => {
    mailer.send.mockClear();
    const run = await runTask(module, notificationEmail, { ...email, to: 'nobody' });
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason: 'invalid-payload' });
    expect(mailer.send).not.toHaveBeenCalled();
  });
});
