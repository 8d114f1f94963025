import { runModule } from '../support/run-module';

describe('the arguments of npm run test:brokers', () => {
  const read = (args: readonly string[]) =>
    runModule('test-brokers.mjs', "({ readArguments }, args) => readArguments(args, ['4.0', '4.3'])", args);

  it('name every version when they name none', async () => {
    expect(await read([])).toEqual({ versions: ['4.0', '4.3'], jestArguments: [], help: false });
  });

  it('are versions, and jest’s own after two dashes', async () => {
    expect(await read(['4.3', '--', '-t', 'stops'])).toEqual({
      versions: ['4.3'],
      jestArguments: ['-t', 'stops'],
      help: false,
    });
  });

  it('are refused when a version is not to be had', async () => {
    await expect(read(['3.13'])).rejects.toThrow('no RabbitMQ 3.13 here, only 4.0 and 4.3');
  });

  it('are refused when a flag is not known', async () => {
    await expect(read(['--fast'])).rejects.toThrow("Unknown option '--fast'");
  });
});

describe('the summary of npm run test:brokers', () => {
  const line = (report?: object) =>
    runModule(
      'test-brokers.mjs',
      "({ summaryLine }, report) => summaryLine('4.3.6', report ?? undefined, 61_400)",
      report,
    );

  it('is a line for each broker', async () => {
    const report = { numPassedTests: 144, numFailedTests: 2, numRuntimeErrorTestSuites: 0 };
    expect(await line(report)).toBe('RabbitMQ 4.3.6   144 passed · 2 failed · 61 s');
  });

  it('tells of files that did not load', async () => {
    const report = { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 3 };
    expect(await line(report)).toBe('RabbitMQ 4.3.6   0 passed · 0 failed · 3 files did not load · 61 s');
  });

  it('tells of a run that was cut short', async () => {
    expect(await line()).toBe('RabbitMQ 4.3.6   did not run to the end · 61 s');
  });
});

describe('another RabbitMQ is downloaded from', () => {
  const targets = [
    'http://mirror.example/security/ bookworm-security main',
    'http://other.example/ bookworm contrib',
    'http://mirror.example/debian/ bookworm main',
    'http://third.example/ stable main',
  ].join('\n');
  const archive = (os: object) =>
    runModule('broker/other-versions.mjs', '({ debianArchive }, [targets, os]) => debianArchive(targets, os)', [
      targets,
      os,
    ]);

  it('the archive that the machine’s own packages come from', async () => {
    expect(await archive({ ID: 'debian', VERSION_CODENAME: 'bookworm' })).toBe('http://mirror.example/debian/');
  });

  it.each([
    ['another system than Debian', { ID: 'ubuntu', VERSION_CODENAME: 'bookworm' }],
    ['a Debian whose own archive is not among the sources', { ID: 'debian', VERSION_CODENAME: 'trixie' }],
  ])('nowhere on %s', async (_what, os) => {
    expect(await archive(os)).toBeNull();
  });
});

describe('the start script of another RabbitMQ', () => {
  it('runs the program with the arguments as they are, under the packages’ files', async () => {
    const script = await runModule('broker/other-versions.mjs', "({ startScript }) => startScript('/usr/bin/epmd')");
    expect(script).toContain('\nexec unshare --user --map-root-user --mount ');
    expect(script).toContain(' "$root" /usr/bin/epmd "$@"\n');
  });

  it.each(['rabbitmq-server', 'epmd'])('%s is the one that WARREN_RABBITMQ_BIN names', async (program) => {
    const find = program === 'epmd' ? 'findEpmd' : 'findRabbitmqServer';
    const code = `({ ${find} }) => { process.env.WARREN_RABBITMQ_BIN = '/nowhere'; return ${find}(); }`;
    await expect(runModule('broker/rabbitmq-binary.mjs', code)).rejects.toThrow(`/nowhere/${program} cannot be run`);
  });
});
