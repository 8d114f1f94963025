import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeTheGuide } from '../support/before-the-guide';
import { CheckoutCopy, offline } from '../support/checkout-copy';
import type { CommandResult } from '../support/checkout-copy';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const SOURCES = [
  'apps/worker',
  'apps/producer',
  'libs',
  'scripts',
  'tools',
  'test/support',
  'docs',
  'deploy/kubernetes',
];
const SETTINGS = [
  'package.json',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.check.json',
  'jest.config.js',
  '.gitignore',
  'contracts.json',
];
const STYLE = ['.prettierrc', '.prettierignore', '.oxlintrc.json'];

const CREATED = [
  'libs/tasks/src/invoice-export.ts',
  'apps/worker/src/invoice-export/invoice-export.controller.ts',
  'apps/worker/src/invoice-export/invoice-export.module.ts',
  'apps/worker/src/invoice-export/invoice-export.spec.ts',
  'apps/worker/src/invoice-export/invoice-export.ts',
  'test/e2e/invoice-export.e2e-spec.ts',
];
const UPDATED = [
  'apps/worker/src/worker.module.ts',
  'contracts.json',
  'deploy/kubernetes/scaling.yaml',
  'docs/tasks.md',
  'libs/tasks/src/index.ts',
];

/** A build, a look at all types and a run of jest take minutes on a machine that is busy. */
const BUILD_MS = 180_000;
jest.setTimeout(300_000);

let checkout: CheckoutCopy;
let generated: CommandResult;

beforeAll(async () => {
  checkout = new CheckoutCopy([...SOURCES, ...SETTINGS, ...STYLE]);
  forgetTheGuide();
  generated = await checkout.typed(
    'npx nest generate handler invoice-export --queue invoices --attempts 5 --timeout 20000',
  );
});

afterAll(() => checkout.close());

const nest = (words: string): Promise<CommandResult> => checkout.run('scripts/nest.mjs', words.split(' '));

/** Types it into a shell in the copy, and waits for nothing. */
const typed = (line: string, env: Record<string, string>): TestProcess =>
  TestProcess.shell(line, { ...offline(join(checkout.folder, 'var')), ...env }, checkout.folder);

/** One of the tools that a change has to pass. */
const tool = (name: string, args: readonly string[], env?: Record<string, string>): Promise<CommandResult> =>
  checkout.run(join('node_modules', name), args, env);

/** Has a worker built and started as the README says, and sees it handle a task of the new kind. What does not compile is never started. */
async function handleOne(): Promise<void> {
  const vhost = await Vhost.open();
  const worker = typed('WORKER_PORT=0 npx nest start worker', { AMQP_URL: vhost.url, LOG_FORMAT: 'json' });
  const tells = (event: string): Promise<unknown> =>
    waitFor(
      () => `${event} of the queue; it wrote:\n${worker.output}`,
      () => worker.events(event).some(({ queue }) => queue === 'invoices'),
      BUILD_MS,
    );
  try {
    await tells('consumer.started');
    vhost.publish('invoices', JSON.stringify({ pattern: 'invoice.export', data: { id: '4711' } }));
    await tells('task.completed');
    worker.interrupt();
    await worker.exit();
  } finally {
    await worker.stop();
    await vhost.close();
  }
}

/** The paths behind a word in what the generator printed. */
const told = ({ out }: CommandResult, word: string): string[] =>
  [...out.matchAll(new RegExp(`^${word} (\\S+)`, 'gm'))].map(([, path = '']) => path).toSorted();

const ended = ({ code, out, err }: CommandResult): string => (code === 0 ? 'well' : out + err);

describe('npx nest generate handler', () => {
  it('writes a definition, a handler, both specs and a line in the docs', () => {
    expect(ended(generated)).toBe('well');
    expect(told(generated, 'CREATE')).toEqual(CREATED.toSorted());
    expect(told(generated, 'UPDATE')).toEqual(UPDATED.toSorted());
    expect(generated.out).toContain(`npx warren add invoice.export '{"id":"4711"}' --wait`);
  });

  it('writes what compiles and runs, is linted and is formatted, and whose own specs pass', async () => {
    compileTheSpecsToo();
    const files = [...CREATED, ...UPDATED];
    const [, ...checks] = await Promise.all([
      handleOne(),
      tool('prettier/bin/prettier.cjs', ['--check', ...files]),
      tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', ...files.filter((path) => path.endsWith('.ts'))]),
    ]);
    expect(checks.map(ended)).toEqual(['well', 'well']);

    writeFileSync(join(checkout.folder, 'jest.generated.js'), WITHOUT_A_BROKER_OF_ITS_OWN);
    const tests = await checkout.typed(
      'npx jest --config jest.generated.js --json --runInBand --selectProjects unit e2e --testPathPatterns invoice-export',
    );
    expect(ended(tests)).toBe('well');
    expect(JSON.parse(tests.out)).toMatchObject({ numPassedTestSuites: 2, numPassedTests: 7, numTotalTests: 7 });
  });

  it('a second time says that it is there, and changes nothing', async () => {
    const before = [...CREATED, ...UPDATED].map((path) => checkout.read(path));
    const again = await nest('generate handler invoice-export');
    expect(again.code).toBe(1);
    expect(again.err).toContain('The task invoice.export is there already; nothing was changed.');
    expect(again.out).not.toContain('Next, for');
    expect([...CREATED, ...UPDATED].map((path) => checkout.read(path))).toEqual(before);
  });

  it('leaves the rest of nest generate as it was', async () => {
    const { code, out } = await nest('generate module accounts --project worker --dry-run');
    expect(code).toBe(0);
    expect(out).toContain('CREATE apps/worker/src/accounts/accounts.module.ts');
  });
});

describe('npm run format', () => {
  it('writes every file as those are that the generator writes', async () => {
    const copy = new CheckoutCopy(['package.json', ...STYLE]);
    writeFileSync(join(copy.folder, 'mine.ts'), 'export const mine={by:"hand"}');
    expect(ended(await copy.typed('npm run format'))).toBe('well');
    expect(copy.read('mine.ts')).toBe(`export const mine = { by: 'hand' };\n`);
    await copy.close();
  });
});

/** Whoever has followed docs/getting-started.md has the handler already: here it is generated anew. */
function forgetTheGuide(): void {
  for (const path of [...CREATED, ...UPDATED].filter((one) => existsSync(join(checkout.folder, one)))) {
    const text = beforeTheGuide(path, checkout.read(path));
    if (text === undefined) rmSync(join(checkout.folder, path));
    else writeFileSync(join(checkout.folder, path), text);
  }
}

/** `nest start` checks types of what it compiles; here that is what was generated, the specs included. */
function compileTheSpecsToo(): void {
  const file = 'apps/worker/tsconfig.app.json';
  const { compilerOptions } = JSON.parse(checkout.read(file)) as { compilerOptions: object };
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { ...compilerOptions, types: ['node', 'jest'] },
    files: ['src/main.ts', ...CREATED.filter((path) => path.includes('spec')).map((path) => `../../${path}`)],
  };
  writeFileSync(join(checkout.folder, file), JSON.stringify(config));
}

/** The checkout's own rings, on the broker that runs already and with the worker that is built already. */
const WITHOUT_A_BROKER_OF_ITS_OWN = `
const { projects } = require('./jest.config.js');
module.exports = {
  projects: projects
    .filter(({ displayName }) => displayName !== 'integration')
    .map(({ globalSetup, globalTeardown, ...ring }) => ring),
};
`;
