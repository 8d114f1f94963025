import { AccessDeniedError, NotConnectedError } from '@app/queue';
import { AmqpProxy } from '../support/amqp-proxy';
import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { LinkTest, RECOVERY, RECONNECT_DELAY_MS, manyAttempts, task } from '../support/link-test';
import { stays } from '../support/stays';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';

const open = closingAfterEach();
let vhost: Vhost;
let test: LinkTest;

beforeEach(async () => {
  vhost = open(await Vhost.open());
  test = new LinkTest(open);
});

describe('a broker that is not there at the start', () => {
  interface Absence {
    readonly urls: readonly string[];
    readonly attempted: () => Promise<void>;
    readonly heal: () => unknown;
    /** Default: 5000. */
    readonly connectTimeout?: number;
  }

  const behind = (proxy: TcpProxy): Absence => ({
    urls: [proxy.url],
    attempted: () => manyAttempts(proxy),
    heal: () => proxy.heal({ cut: false }),
  });

  const absences: [string, () => Promise<Absence>, RegExp][] = [
    [
      'nobody listens on its port',
      async () => {
        const proxy = open(await AmqpProxy.reserve(vhost.url));
        // Nobody counts what is asked of nobody.
        const attempted = () => stays('time for many attempts', () => true, 30 * RECONNECT_DELAY_MS);
        return { urls: [proxy.url], attempted, heal: () => proxy.listen() };
      },
      /connect ECONNREFUSED 127\.0\.0\.1:\d+/,
    ],
    [
      'every connection is reset',
      async () => {
        const proxy = open(await TcpProxy.open(vhost.url));
        proxy.cut({ refuse: true });
        return behind(proxy);
      },
      /ECONNRESET/,
    ],
    [
      'the link is silent',
      async () => {
        const proxy = open(await TcpProxy.open(vhost.url));
        proxy.blackHole();
        return { ...behind(proxy), connectTimeout: 300 };
      },
      /ETIMEDOUT/,
    ],
    [
      'another program listens on its port',
      async () => {
        const proxy = open(await TcpProxy.open(vhost.url));
        proxy.redirect(String(process.env['WARREN_TEST_MANAGEMENT_URL']));
        return { ...behind(proxy), heal: () => proxy.redirect(vhost.url), connectTimeout: 300 }; // it waits for more
      },
      /./,
    ],
    [
      'each node of the list is away, in one way or another',
      async () => {
        const [resetting, another] = [open(await TcpProxy.open(vhost.url)), open(await TcpProxy.open(vhost.url))];
        for (const proxy of [resetting, another]) proxy.cut({ refuse: true });
        const silent = open(await TcpProxy.open(vhost.url));
        silent.blackHole();
        return { ...behind(resetting), urls: [resetting.url, silent.url, another.url], connectTimeout: 600 };
      },
      /(ECONNRESET|ETIMEDOUT)/,
    ],
  ];

  it.each(absences)(
    '(%s): adds fail at their deadline, the start waits, and each link says so once',
    async (...row) => {
      const [, arrange, why] = row;
      const absence = await arrange();
      const { urls, connectTimeout = 5_000 } = absence;
      await test.create(urls, { connectTimeout });
      const { worker, log } = test;
      const listening = worker.listen();
      await absence.attempted();

      await test.says(
        new RegExp(`^queue "work" is not consumed \\(.*${why.source}`),
        new RegExp(`^tasks cannot be added: the connection is opening \\(.*${why.source}`),
      );
      for (const role of ['consuming', 'producing']) {
        const line = new RegExp(`^error: cannot connect to .* for ${role}: .*${why.source}.*; trying again$`);
        expect(log.lines.filter((written) => line.test(written))).toHaveLength(absence.urls.length);
      }
      expect(worker.seen('connection.failed')).toHaveLength(log.take().length);
      const hurried = worker.queue.add(task, { name: 'hurried' }, { timeout: 100 });
      await expect(hurried).rejects.toThrow(NotConnectedError);
      await expect(hurried).rejects.toThrow(why);

      const patient = worker.queue.add(task, { name: 'patient' });
      await absence.heal();
      await patient;
      await listening;
      await test.works(vhost);
      expect(test.takeLines()).toEqual(RECOVERY);
      expect(test.work.runs).toEqual(['patient', 'the next one']);
    },
  );
});

describe('a broker that refuses whoever connects', () => {
  let user: BrokerUser;
  let proxy: TcpProxy;

  beforeEach(async () => {
    user = await BrokerUser.create(vhost.url);
    await user.allow({ configure: '.*', write: '.*', read: '.*' });
    proxy = open(await TcpProxy.open(user.url));
  });

  afterEach(() => user.remove());

  const refusals: [string, () => Promise<void>, () => Promise<void>, string][] = [
    [
      'by the password',
      () => user.setPassword('changed'),
      () => user.setPassword(user.password),
      'refuses the user or the password; correct AMQP_URL',
    ],
    [
      'by the virtual host',
      async () => {
        await user.remove();
        await user.setPassword(user.password); // the same user, without any permission
      },
      () => user.allow({ configure: '.*', write: '.*', read: '.*' }),
      'refuses the virtual host',
    ],
    [
      'by a limit of connections',
      () => vhost.admitNobody(),
      () => vhost.admitEverybody(),
      'or its limit of connections is reached',
    ],
  ];

  it.each(refusals)('%s: a producer says so once, and goes on trying until it is put right', async (...row) => {
    const [, refuse, allow, sentence] = row;
    await refuse();
    await test.create([proxy.url]);
    const { worker, log } = test;
    await manyAttempts(proxy);
    expect(log.take()).toEqual([
      expect.stringMatching(`^error: cannot connect for producing: The broker at .*${sentence}`),
    ]);
    expect(worker.seen('connection.failed')).toMatchObject([{ role: 'producing', isDeniedAtStart: true }]);
    await test.says(`tasks cannot be added: the connection is opening (The broker at`);
    const hurried = worker.queue.add(task, { name: 'hurried' }, { timeout: 100 });
    await expect(hurried).rejects.toThrow(NotConnectedError);
    await expect(hurried).rejects.toThrow(sentence);

    const patient = worker.queue.add(task, { name: 'patient' });
    await allow();
    await patient;
    expect(log.take()).toEqual([expect.stringMatching(/^log: connected to .* for producing$/)]);
    expect(JSON.stringify(worker.events)).not.toContain(user.password);
  });

  it.each(refusals)('%s: the start of a worker ends, and no line says that it tries again', async (...row) => {
    const [, refuse, , sentence] = row;
    await refuse();
    await test.create([proxy.url]);
    await expect(test.worker.listen()).rejects.toThrow(AccessDeniedError);
    await test.worker.sees('connection.failed', 2);
    const lines = test.log.take();
    expect(lines.filter((line) => line.startsWith('error: ') && line.includes(sentence))).toHaveLength(2);
    expect(lines.filter((line) => /trying again|stopped consuming/.test(line))).toEqual([]);
  });

  it.each(refusals)(
    '%s, in the middle of the work: it is told once, and heals when it is put right',
    async (...row) => {
      const [, refuse, allow, sentence] = row;
      await test.start([proxy.url]);
      await refuse();
      proxy.cut();
      await manyAttempts(proxy);
      await test.says(
        new RegExp(`^queue "work" is not consumed \\(.*${sentence}`),
        new RegExp(`^tasks cannot be added: the connection is reopening \\(.*${sentence}`),
      );
      const lines = test.log.take();
      expect(lines.filter((line) => line.includes(sentence) && line.endsWith('; trying again'))).toHaveLength(2);
      expect(lines.filter((line) => line.startsWith('warn: lost the connection for '))).toHaveLength(2);
      expect(lines.filter((line) => line.startsWith('warn: not consuming work: '))).toHaveLength(1);
      // A broker that is deleting the user may cut off whoever connects meanwhile, which is another reason and told as such: once as well.
      expect(lines.filter((line) => !/^error: cannot connect .*ECONNRESET/.test(line))).toHaveLength(5);
      expect(new Set(lines).size).toBe(lines.length);

      await allow();
      await test.works(vhost);
      expect(test.takeLines()).toEqual(RECOVERY);
      expect(JSON.stringify(test.worker.events)).not.toContain(user.password);
    },
  );
});
