import { runModule } from '../support/run-module';

/** What an expression makes of a module of `bench/lib/peers/`. */
const evaluate = (file: string, code: string, input?: unknown): Promise<unknown> =>
  runModule(`../../bench/lib/peers/${file}.mjs`, code, input);

describe('a peer from the distribution’s packages', () => {
  it('runs the machine’s program when it has none of its own, and looks for libraries and modules in its folder first', async () => {
    const command = await evaluate(
      'debian-packages',
      "({ DebianPackages }) => new DebianPackages('nobody', ['nothing']).command('some-program', '-c', 'x')",
    );
    const folder = expect.stringMatching(/^LD_LIBRARY_PATH=.*\/bench\/nobody\/usr\/lib\/.*-linux-gnu/) as string;
    const modules = expect.stringMatching(/^PYTHONPATH=.*\/bench\/nobody\/usr\/lib\/python3\/dist-packages$/) as string;
    const compiled = expect.stringMatching(/^PYTHONPYCACHEPREFIX=.*\/bench\/nobody\/compiled$/) as string;
    expect(command).toEqual(['env', folder, modules, compiled, '/usr/bin/some-program', '-c', 'x']);
  });

  it.each([
    ['1.2.0\n', '1.2.0'],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0', '7.0.15'],
    ['none', ''],
  ])('has the version that stands in %j', async (text, version) => {
    expect(await evaluate('debian-packages', '({ versionIn }, text) => versionIn(text)', text)).toBe(version);
  });

  it('tells the last that apt had to say when it cannot be had', async () => {
    const text = 'apt-get ended with code 100\nE: Unable to fetch some archives\n';
    expect(await evaluate('debian-packages', '({ lastLine }, text) => lastLine(new Error(text))', text)).toBe(
      'E: Unable to fetch some archives',
    );
  });
});

describe('the Redis of the bench', () => {
  it.each(['always', 'everysec'])(
    'listens on loopback only and writes every change to a file, fsync %s',
    async (fsync) => {
      const args = await evaluate('redis-server', '({ redisArguments }, options) => redisArguments(options)', {
        port: 20_001,
        directory: '/somewhere',
        fsync,
      });
      expect((args as string[]).join(' ')).toBe(
        `--port 20001 --bind 127.0.0.1 --dir /somewhere --save  --appendonly yes --appendfsync ${fsync} --daemonize no`,
      );
    },
  );
});

describe('the peers', () => {
  it('are these, and only those on RabbitMQ take queues of the driver', async () => {
    const code = '({ peers }) => peers.map(({ name, isRabbit = true, fills }) => ({ name, isRabbit, fills }))';
    expect(await evaluate('index', code)).toEqual([
      { name: 'pika', isRabbit: true, fills: true },
      { name: 'celery', isRabbit: true, fills: true },
      { name: 'bullmq-always', isRabbit: false, fills: true },
      { name: 'bullmq-everysec', isRabbit: false, fills: true },
    ]);
  });
});
