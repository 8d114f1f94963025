import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { stays } from '../support/stays';
import { StreamTest, TEST_STREAM } from '../support/streams';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { StreamReading } from '../../libs/queue/src/connection/stream-reading';

const open = closingAfterEach();
let vhost: Vhost;

beforeEach(async () => {
  vhost = open(await Vhost.open());
});

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

describe('a reader of a stream', () => {
  it('has read all that was there in order when it is open, and then what comes', async () => {
    const test = new StreamTest(open, vhost.url);
    await test.write(...numbers(0, 500));
    const reader = test.reader();
    await reader.open();
    expect(reader.state).toBe('live');
    expect(test.read).toEqual(numbers(0, 500));
    await test.write('and more');
    await waitFor('the rest', () => test.read.length === 501);
    expect(test.offsets[0]).toBe(0);
    expect(test.said).toEqual([]);
  });

  it.each([
    ['the next', 'next', []],
    ['a place', 7, numbers(7, 10)],
    ['a time before all', new Date(Date.now() - 3_600_000), numbers(0, 10)],
    ['a time after all', new Date(Date.now() + 3_600_000), []],
  ] as const)('begins at %s', async (_what, from, expected) => {
    const test = new StreamTest(open, vhost.url);
    await test.write(...numbers(0, 10));
    await test.reader({ from }).open();
    await test.write('new');
    await waitFor('what is new', () => test.read.includes('new'));
    expect(test.read).toEqual([...expected, 'new']);
  });

  it('is handed no more than whoever it tells can take, and goes on as they take', async () => {
    const test = new StreamTest(open, vhost.url);
    for (const text of numbers(0, 30)) await test.write(text); // a chunk each: the broker hands out whole ones
    const taken: (() => void)[] = [];
    const onMessage = ({ content }: { content: Buffer }): Promise<void> => {
      test.read.push(content.toString());
      return new Promise((resolve) => {
        taken.push(resolve);
      });
    };
    const opening = test.reader({ prefetch: 5, onMessage }).open();
    await waitFor('the first', () => test.read.length >= 5);
    await stays('no more', () => test.read.length < 10, 300);
    while (test.read.length < 30) {
      for (const resolve of taken.splice(0)) resolve();
      await waitFor('the next', () => taken.length > 0);
    }
    for (const resolve of taken.splice(0)) resolve();
    await opening;
    expect(test.read).toEqual(numbers(0, 30));
  });

  it('goes on where it was when its connection was lost', async () => {
    const test = new StreamTest(open, vhost.url);
    const proxy = open(await TcpProxy.open(vhost.url));
    const reader = test.reader({ prefetch: 10 }, proxy.url);
    await test.write(...numbers(0, 50));
    await reader.open();
    proxy.cut({ refuse: true });
    await waitFor('the loss', () => reader.state === 'interrupted');
    expect(reader.problem).toMatch(/./);
    await test.write(...numbers(50, 100));
    proxy.heal();
    await waitFor('all', () => test.read.length >= 100 && reader.state === 'live');
    expect(test.read).toEqual(numbers(0, 100));
  });

  it('tells by the last message that it has read what was there, when no mark can be written', async () => {
    const test = new StreamTest(open, vhost.url);
    await test.write(...numbers(0, 500));
    const reader = test.reader({ mark: () => Promise.resolve(false), prefetch: 10 });
    await reader.open();
    expect(test.read).toEqual(numbers(0, 500));
    expect(reader.state).toBe('live');
    await test.write('new');
    await waitFor('what is new', () => test.read.includes('new'));
  });

  it('is read anew from where it was when the broker hands out nothing more and says nothing', async () => {
    const handedOut = jest.spyOn(StreamReading.prototype, 'handedOut');
    const test = new StreamTest(open, vhost.url);
    const reader = test.reader({ lookAfter: 100 });
    await test.write('a');
    await reader.open();
    const [message] = handedOut.mock.calls[0] ?? [];
    const reading = handedOut.mock.contexts[0] as StreamReading | undefined;
    // As a consumer whose node has lost the stream: it is gone, and the broker has not said so.
    await reading?.['channel'].cancel(message?.fields.consumerTag ?? '');
    handedOut.mockRestore();
    await test.write('b');
    await waitFor('what was held back', () => test.read.includes('b'));
    await test.write('c');
    await waitFor('what comes then', () => test.read.includes('c'));
    expect(test.read).toEqual(['a', 'b', 'c']);
    await waitFor('it to be up to date', () => reader.state === 'live');
  });

  it('tells by silence when there is no message either', async () => {
    const reader = new StreamTest(open, vhost.url).reader({ mark: () => Promise.resolve(false) });
    await reader.open();
    expect(reader.state).toBe('live');
  });

  it('is told of every mark, whoever had it written', async () => {
    const test = new StreamTest(open, vhost.url);
    await test.reader().open();
    let marks = 0;
    await test.reader({ onMark: () => (marks += 1) }).open();
    expect(marks).toBe(2);
  });

  it.each([
    ['which its mark tells', {}],
    ['which the last message tells', { mark: () => Promise.resolve(false) }],
  ])('reads a stream anew that was deleted and declared again, also behind its back, %s', async (_how, options) => {
    const test = new StreamTest(open, vhost.url);
    const proxy = open(await TcpProxy.open(vhost.url));
    const reader = test.reader(options, proxy.url);
    await test.write('old', 'older');
    await reader.open();
    await vhost.channel.deleteQueue(TEST_STREAM.name);
    await test.write('new');
    await waitFor('the new one', () => test.read.includes('new'));
    await test.write('news', 'and', 'more');
    await waitFor('more', () => test.read.includes('more'));

    proxy.cut({ refuse: true });
    await waitFor('the loss', () => reader.state === 'interrupted');
    await vhost.channel.deleteQueue(TEST_STREAM.name);
    await test.write('newest');
    proxy.heal();
    await waitFor('the newest one', () => test.read.includes('newest'));
    expect(test.read).toEqual(['old', 'older', 'new', 'news', 'and', 'more', 'newest']);
  });

  it('survives what its listener throws', async () => {
    const test = new StreamTest(open, vhost.url);
    const warnings: string[] = [];
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation((warning) => {
      warnings.push(String(warning));
    });
    const reader = test.reader({
      onMessage: ({ content }) => {
        test.read.push(content.toString());
        throw new Error('no');
      },
    });
    await test.write('a', 'b');
    await reader.open();
    emitWarning.mockRestore();
    expect(test.read).toEqual(['a', 'b']);
    expect(warnings[0]).toBe('Message 0 of stream "warren.test" was not read: Error: no');
  });
});

describe('a writer of a stream', () => {
  it('keeps what comes while the broker is away, within its limits, and says what it dropped', async () => {
    const proxy = open(await TcpProxy.open(vhost.url));
    const test = new StreamTest(open, proxy.url, { maxMessages: 3, maxBytes: 100 });
    await test.write('before');
    proxy.cut({ refuse: true });
    await waitFor('the loss', () => test.writing.state === 'reopening');
    const ends = test.write('a', 'x'.repeat(200), 'b', 'c', 'd');
    await waitFor('two to be dropped', () => test.writer.dropped === 2);
    await test.writer.flush(60_000); // does not wait for a broker that is away
    expect(test.writer.pending).toBe(3);
    proxy.heal();
    expect(await ends).toEqual([
      undefined,
      expect.stringMatching(/^too much waits for the broker \(.+\)$/),
      undefined,
      undefined,
      expect.stringMatching(/^too much waits/),
    ]);
    await test.reader({}, vhost.url).open();
    expect(test.read).toEqual(['before', 'a', 'b', 'c']);
  });

  it('drops what has not ended when it is closed, and what comes afterwards', async () => {
    const proxy = open(await TcpProxy.open(vhost.url));
    proxy.cut({ refuse: true });
    const test = new StreamTest(open, proxy.url);
    const ends = test.write('a');
    await test.writer.close();
    expect([...(await ends), ...(await test.write('b'))]).toEqual(Array(2).fill('the stream’s writer was closed'));
    expect(test.writer.dropped).toBe(2);
  });

  it('can be waited for', async () => {
    const test = new StreamTest(open, vhost.url);
    const ends = test.write(...numbers(0, 300));
    await test.writer.flush(10_000);
    expect(test.writer.pending).toBe(0);
    expect(await ends).toEqual(Array(300).fill(undefined));
  });
});

describe('a stream that is not as it was asked for', () => {
  it('is used as it is when it exists with other limits, which is told once', async () => {
    const { 'x-queue-type': type } = TEST_STREAM.arguments;
    await vhost.channel.assertQueue(TEST_STREAM.name, { arguments: { 'x-queue-type': type, 'x-max-age': '1D' } });
    const proxy = open(await TcpProxy.open(vhost.url));
    const test = new StreamTest(open, proxy.url);
    expect(await test.write('a')).toEqual([undefined]);
    proxy.cut();
    expect(await test.write('b')).toEqual([undefined]);
    expect(test.said).toEqual([
      expect.stringMatching(/^stream.differs: Stream "warren.test" exists with x-max-.+ it is used as it is\./),
    ]);
    await test.reader().open();
    expect(test.read).toEqual(['a', 'b']);
  });

  it.each([
    ['classic', {}],
    ['quorum', { 'x-queue-type': 'quorum' }],
  ])('is left alone when its name belongs to a %s queue', async (_kind, queueArguments) => {
    await vhost.channel.assertQueue(TEST_STREAM.name, { durable: true, arguments: queueArguments });
    vhost.publish(TEST_STREAM.name, 'a task of somebody');
    const test = new StreamTest(open, vhost.url);
    const why =
      '"warren.test" exists and is no stream; delete it once nothing needs it, and the stream is declared in its place.';
    expect(await test.write('a', 'b')).toEqual([why, why]);
    const reader = test.reader();
    await reader.open();
    expect([reader.state, reader.problem, test.writer.problem]).toEqual(['unavailable', why, why]);
    expect(test.said).toEqual([`stream.unavailable: ${why}`, `stream.unavailable: ${why}`]);
    const { content } = await vhost.take(TEST_STREAM.name);
    expect(content.toString()).toBe('a task of somebody');
  });
});

describe('a user', () => {
  let user: BrokerUser;
  beforeEach(async () => {
    user = await BrokerUser.create(vhost.url);
  });
  afterEach(() => user.remove());

  it('without permission for the stream goes on without it, which is told once', async () => {
    await user.allow({ configure: '^$', write: '^(amq\\.default|)$', read: '^$' });
    const test = new StreamTest(open, user.url);
    const why = expect.stringMatching(
      /^The broker's user has no permission for stream "warren.test"; grant /,
    ) as string;
    expect(await test.write('a', 'b')).toEqual([why, why]);
    expect(await test.write('c')).toEqual([why]);
    const reader = test.reader();
    await reader.open();
    expect([reader.state, reader.problem]).toEqual(['unavailable', why]);
    expect(test.said).toHaveLength(2);
    expect(test.writing.state).toBe('open');
  });

  it('who may only use it uses it when it is there', async () => {
    const owner = new StreamTest(open, vhost.url);
    await owner.write('a');
    await user.allow({ configure: '^$', write: '^(amq\\.default|)$', read: '^warren\\.test$' });
    const test = new StreamTest(open, user.url);
    expect(await test.write('b')).toEqual([undefined]);
    await test.reader().open();
    expect(test.read).toEqual(['a', 'b']);
    expect(test.said).toEqual([]);
  });
});
