import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { MailFolder } from './mail-folder';
import type { Email } from './mailer';
import { SmtpMailer } from './smtp-mailer';

const never = new AbortController().signal;
const from = 'Warren <warren@example.com>';
const email: Email = { to: 'ada@example.org', subject: 'It is done', text: 'Hello Ada,\nit is done.' };

/** The header of a mail, its folded lines made whole. */
const headerOf = (mail: string) => mail.slice(0, mail.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');

describe('e-mails into a folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warren-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const sent = async (mail: Email): Promise<string> => {
    await new MailFolder(folder, from).send(mail, 'task-1', never);
    expect(await readdir(folder)).toEqual(['task-1.eml']);
    return readFile(join(folder, 'task-1.eml'), 'utf8');
  };

  it('are written as a mail server would receive them, one file a task', async () => {
    const mail = await sent(email);
    expect(headerOf(mail).split('\r\n')).toEqual(
      expect.arrayContaining([
        'From: Warren <warren@example.com>',
        'To: ada@example.org',
        'Subject: It is done',
        'Message-ID: <task-1@example.com>',
      ]),
    );
    expect(mail).toContain('\r\n\r\nHello Ada,\r\nit is done.');
  });

  it('carry HTML beside the text when there is some', async () => {
    const mail = await sent({ ...email, html: '<p>Hello Ada</p>' });
    expect(mail).toMatch(/multipart\/alternative/);
    expect(mail).toContain('<p>Hello Ada</p>');
  });

  it('are the same file when their task runs twice', async () => {
    const first = await sent(email);
    const idOf = (mail: string) => /^Message-ID: .*$/m.exec(mail)?.[0];
    expect(idOf(await sent(email))).toBe(idOf(first));
  });

  it.each(['Hello\r\nBcc: eve@example.org', 'Hello\nBcc: eve@example.org', 'Hello\rBcc: eve@example.org'])(
    'have no header that a subject smuggled in: %j',
    async (subject) => {
      const header = headerOf(await sent({ ...email, subject }));
      expect(header).not.toMatch(/^Bcc/im);
      expect(header).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
    },
  );

  it('have one recipient, whatever the address says', async () => {
    const header = headerOf(
      await sent({ ...email, to: 'ada@example.org, eve@example.org\r\nBcc: mallory@example.org' }),
    );
    expect(header).not.toMatch(/^Bcc/im);
    expect(header.match(/^To: .*$/m)?.[0]).toMatch(/^To: <"[^"]+"@example\.org>$/); // one, and quoted
  });

  it('are not written by a worker that has to stop', async () => {
    await expect(new MailFolder(folder, from).send(email, 'task-1', AbortSignal.abort())).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('e-mails through an SMTP server', () => {
  let close: () => Promise<void>;

  afterEach(() => close());

  async function smtpServer(options: SMTPServerOptions): Promise<string> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      closeTimeout: 100,
      ...options,
    });
    server.listen(0, '127.0.0.1');
    close = promisify(server.close.bind(server));
    await once(server.server, 'listening');
    return `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  }

  const refusal = (code: number, message: string) => Object.assign(new Error(message), { responseCode: code });

  it('arrive, with the task’s Message-ID', async () => {
    const mails: { from: unknown; to: unknown; mail: string }[] = [];
    const url = await smtpServer({
      onData: (stream, { envelope }, callback) => {
        text(stream).then((mail) => {
          mails.push({
            from: envelope.mailFrom && envelope.mailFrom.address,
            to: envelope.rcptTo.map((to) => to.address),
            mail,
          });
          callback();
        }, callback);
      },
    });
    await new SmtpMailer(url, from).send(email, 'task-1', never);
    expect(mails).toEqual([
      { from: 'warren@example.com', to: ['ada@example.org'], mail: expect.stringContaining('<task-1@example.com>') },
    ]);
  });

  it.each([
    [451, 'come back later'],
    [550, 'no such user'],
  ])('reject when the server refuses the recipient: %i %s', async (code, message) => {
    const url = await smtpServer({ onRcptTo: (_address, _session, callback) => callback(refusal(code, message)) });
    await expect(new SmtpMailer(url, from).send(email, 'task-1', never)).rejects.toThrow(message);
  });

  it('reject when the server is not there', async () => {
    const url = await smtpServer({});
    await close();
    await expect(new SmtpMailer(url, from).send(email, 'task-1', never)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('reject when the worker has to stop while the server is silent', async () => {
    const stopping = new AbortController();
    const url = await smtpServer({ onMailFrom: () => stopping.abort() });
    await expect(new SmtpMailer(url, from).send(email, 'task-1', stopping.signal)).rejects.toThrow(/abort/i);
  });
});
