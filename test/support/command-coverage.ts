/** How it is known that a command of the manuals does what they say. */
export interface CommandCoverage {
  readonly command: RegExp;
  /** Run by `test/e2e/documented-commands.e2e-spec.ts` as it stands there, in a shell. */
  readonly isRun?: true;
  /** A test that runs it, and a piece of that test's text that does. */
  readonly by?: readonly [file: string, text: string];
  /** Why no test runs it. */
  readonly not?: string;
}

const WARREN = ['test/integration/documented-commands.spec.ts', 'warren(vhost.url'] as const;
const GENERATOR = 'test/e2e/generated-handler.e2e-spec.ts';
const START = 'test/e2e/npm-start.e2e-spec.ts';
const APPS = ['test/e2e/apps.e2e-spec.ts', "TestProcess.app('worker'"] as const;
const CI = ['.ci/run', 'node scripts/test.mjs'] as const;
const OPERATORS = 'It asks a broker of the operator’s, with the tools of RabbitMQ or of the system.';
const MEASURES =
  'It measures for longer than a test may take; test/e2e/bench.e2e-spec.ts runs the same programs for a moment.';

/** The first that matches a command counts. */
export const coverage: readonly CommandCoverage[] = [
  {
    command: /^npx warren dead-letters redrive$/,
    by: ['test/e2e/dead-letters-command.e2e-spec.ts', "run('redrive', '--queue'"],
  },
  {
    command: /^npx warren contracts check --file/,
    by: ['apps/cli/src/commands/contracts.spec.ts', "'check', '--file', file"],
  },
  { command: /^git show main:contracts\.json/, not: 'A checkout has no branch of a name that a test could know.' },
  { command: /^(?:[A-Z_]+=\S+ )?(?:npx )?warren (?!add invoice)/, by: WARREN },
  { command: /^eval "\$\(warren completion bash\)"$/, by: WARREN },
  {
    command: /^npx warren$|^npm run dead-letters/,
    by: ['test/e2e/dead-letters-command.e2e-spec.ts', 'scripts/warren.mjs'],
  },
  {
    command: /^npx warren add invoice\.export /,
    by: ['test/integration/command-line-of-workers.spec.ts', 'add tutorial "hello" --wait'],
  },
  { command: /^npx nest generate (?:handler|module)/, by: [GENERATOR, 'scripts/nest.mjs'] },

  { command: /^npm start(?: -- --once)?$/, by: [START, "npmStart('--once', '--tasks', '50')"] },
  { command: /^npm start -- --no-demo$/, by: [START, "npmStart('--no-demo')"] },
  { command: /^npm run build && npx nest start producer$|^npx nest start dashboard$/, by: APPS },
  { command: /^WORKER_PORT=0 npx nest start worker$/, by: APPS },
  {
    command: /^npx nest start worker --watch$/,
    not: 'It builds anew for as long as somebody types; each build is `nest build`, which the tests begin with.',
  },
  { command: /^npm run (?:build|start:producer)$/, by: ['scripts/lib/build.mjs', "nest, 'build', app"] },
  { command: /npm run start:dashboard$/, by: ['test/e2e/dashboard.e2e-spec.ts', 'DASHBOARD_USERS'] },
  { command: /^npm run task(?: -- .*)?$/, by: ['test/e2e/tutorial.e2e-spec.ts', 'newTask(vhost.url'] },
  { command: /^npm run example -- 02-retries$/, by: ['test/integration/examples.spec.ts', 'scripts/example.mjs'] },
  { command: /^npm run example$/, isRun: true },
  { command: /^curl .*localhost:300/, isRun: true },
  { command: /^npm run broker:users/, isRun: true },
  { command: /^npm run dashboard:user -- ada admin$/, isRun: true },
  {
    command: /^npm run dashboard:user -- NAME ROLE$/,
    by: ['test/support/command-coverage.ts', 'dashboard:user -- ada admin'],
  },
  { command: /npm run broker$/, by: ['test/integration/private-node.spec.ts', 'PrivateNode'] },

  { command: /^npm test/, by: CI },
  { command: /^npx jest --selectProjects unit /, by: [GENERATOR, 'jest/bin/jest.js'] },
  { command: /^npm run (?:lint|typecheck|format:check)$/, by: ['.ci/run', 'format:check lint typecheck docs:api'] },
  { command: /^npm run format$/, by: ['.ci/run', 'format:check'] },
  { command: /^npm ci$/, by: ['.ci/run', 'npm ci'] },
  { command: /^npm run docs:api$/, by: ['.ci/run', 'docs:api'] },
  {
    command: /^npm run docs:configuration$/,
    by: ['test/unit/configuration-docs.spec.ts', 'WARREN_PRINT_CONFIGURATION'],
  },
  {
    command: /^npm run docs:screenshots$/,
    not: 'Pictures are looked at by people; test/e2e/dashboard-browser.e2e-spec.ts sees the same pages.',
  },
  {
    command: /^npm run test:brokers/,
    not: 'It downloads two brokers of 220 MB and takes minutes with each; it is run before a release.',
  },
  { command: /npm run bench/, not: MEASURES },
  { command: /^npm run chaos$/, by: ['test/e2e/chaos.e2e-spec.ts', 'scripts/chaos.mjs'] },
  { command: /^npm run chaos -- /, by: ['test/e2e/chaos.e2e-spec.ts', '--seconds'] },
  {
    command: /^npm run chaos:mutations$/,
    not: 'It builds several broken Warrens, for five minutes; test/unit/chaos-mutations.spec.ts sees that each can be broken so.',
  },

  { command: /^(?:npm )?rabbitmq(?:ctl|-diagnostics|-queues) /, not: OPERATORS },
  { command: /^(?:df|nc|openssl) /, not: OPERATORS },
  { command: /^for level in .* rabbitmqctl set_topic_permissions/, not: OPERATORS },
  {
    command: /^docker /,
    not: 'There is no Docker where the tests run; test/unit/images.spec.ts and compose.spec.ts hold what can be known without.',
  },
  {
    command: /^(?:kubectl apply|cp deploy\/kubernetes\/secrets)/,
    not: 'There is no cluster where the tests run; test/unit/kubernetes.spec.ts holds what can be known without.',
  },
  {
    command: /^npm install --no-save @opentelemetry/,
    not: 'It asks a registry; the API alone, which is all that Warren imports, is among the dependencies.',
  },
  { command: /^export OTEL_EXPORTER_OTLP_ENDPOINT=/, not: 'It sets a variable for the commands behind it.' },
  {
    command: /^OTEL_SERVICE_NAME=\w+ node --require \.\/deploy\/otel\.cjs /,
    by: ['test/e2e/threads.e2e-spec.ts', '--require ./test/support/otel.cjs'],
  },
];
