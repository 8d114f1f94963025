import { readSettings } from '@app/queue';
import { workerSettings } from './worker.settings';

describe('the worker’s settings', () => {
  it('have defaults for a developer’s machine: nothing leaves it', () => {
    expect(readSettings(workerSettings, {})).toEqual({
      host: '127.0.0.1',
      port: 3_001,
      processes: 1,
      logFormat: 'pretty',
      imageSourceFolder: 'apps/worker/samples',
      imageOutputFolder: 'var/images',
      mailFrom: 'Warren <warren@localhost>',
      mailFolder: 'var/mail',
      smsTimeout: 10_000,
      smsFolder: 'var/sms',
    });
  });

  it('are reported together when they are wrong, without the secret ones’ values', () => {
    const environment = {
      WORKER_PORT: '70000',
      WORKER_PROCESSES: '0',
      LOG_FORMAT: 'xml',
      SMTP_URL: 'http://user:hunter2@mail',
      MAIL_FROM: 'a@b.de\r\nBcc: c@d.de',
      SMS_GATEWAY_URL: 'https://user:hunter2@gateway',
      SMS_GATEWAY_TOKEN: 'hunter2 hunter2',
    };
    expect(() => readSettings(workerSettings, environment)).toThrow(
      expect.objectContaining({ problems: Object.keys(environment).map((path) => expect.objectContaining({ path })) }),
    );
    expect(() => readSettings(workerSettings, environment)).not.toThrow(/hunter2/);
  });

  it.each(['warren@localhost', 'Warren <warren@example.com>', 'Dr. Ada Lovelace <ada@example.com>'])(
    'take %s as a sender',
    (MAIL_FROM) => {
      expect(readSettings(workerSettings, { MAIL_FROM }).mailFrom).toBe(MAIL_FROM);
    },
  );
});
