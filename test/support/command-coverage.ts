/** How it is known that a command of the manuals does what they say: who runs it, or why nobody does. */
export interface CommandCoverage {
  readonly command: RegExp;
  /** The spec that runs it, or `.ci/run`. Without `as` it is run as it stands in the manual. */
  readonly by?: string;
  /** The line that is run in its place, with other values: of the same program, with its subcommands and at least its options. */
  readonly as?: string;
  /** Why no test runs it. */
  readonly not?: string;
}

/** Runs them in a shell, beside the built apps. */
const SHELL = 'test/e2e/documented-commands.e2e-spec.ts';
/** Runs the command lines of `warren`, beside a worker. */
const WARREN = 'test/integration/documented-commands.spec.ts';
const CI = '.ci/run';
const START = 'test/e2e/npm-start.e2e-spec.ts';
const GENERATOR = 'test/e2e/generated-handler.e2e-spec.ts';
const CHAOS = 'test/e2e/chaos.e2e-spec.ts';
const OPERATORS = 'It asks a broker of the operator’s, with the tools of RabbitMQ or of the system.';
const MEASURES = 'It measures for longer than a test may take; test/e2e/bench.e2e-spec.ts sees that the bench works.';
const BUILDS =
  'It builds first, for longer than a test may take: the tests begin with the same `nest build`, and start what it made (TestProcess.app).';

/**
 * The first that matches a command counts. `test/unit/documented-commands.spec.ts` finds each line in the source of who is said to start it,
 * where only an argument of `typed(...)` counts, or in what that spec makes of the manuals themselves.
 */
export const coverage: readonly CommandCoverage[] = [
  { command: /^npx warren status$/, by: SHELL },
  { command: /^npx warren$/, by: SHELL, as: 'npx warren status' },
  { command: /^npx warren add invoice\.export /, by: WARREN, as: `warren add cpu.burn '{"rounds":1000}' --wait` },
  { command: /^(?:[A-Z_]+=\S+ )?(?:npx )?warren /, by: WARREN },
  { command: /^eval "\$\(warren completion bash\)"$/, by: WARREN },
  { command: /^npm run dead-letters -- list$/, by: 'test/e2e/dead-letters-command.e2e-spec.ts' },
  { command: /^git show main:contracts\.json/, not: 'A checkout has no branch of a name that a test could know.' },

  {
    command: /^npx nest generate handler/,
    by: GENERATOR,
    as: 'npx nest generate handler invoice-export --queue invoices --attempts 5 --timeout 20000',
  },
  {
    command: /^npx jest --selectProjects unit /,
    by: GENERATOR,
    as: 'npx jest --config jest.generated.js --json --runInBand --selectProjects unit e2e --testPathPatterns invoice-export',
  },

  { command: /^npm start -- --once$/, by: START, as: 'npm start -- --once --tasks 50' },
  { command: /^npm start/, by: START },
  {
    command: /^npx nest start worker --watch$/,
    not: 'It builds anew for as long as somebody types; each build is `nest build`, which the tests begin with.',
  },
  { command: /npx nest start |^npm run build$|npm run start:/, not: BUILDS },
  { command: /^npm run task$/, by: SHELL, as: 'npm run task -- First message.' },
  { command: /^npm run task -- /, by: SHELL },
  {
    command: /^npm run example -- 02-retries$/,
    by: 'test/integration/examples.spec.ts',
    as: 'npm run example -- ${names}',
  },
  { command: /^npm run example$/, by: SHELL },
  { command: /^curl .*localhost:300/, by: SHELL },
  { command: /^npm run broker:users/, by: SHELL },
  { command: /^npm run dashboard:user -- ada admin$/, by: SHELL },
  { command: /^npm run dashboard:user -- NAME ROLE$/, by: SHELL, as: 'npm run dashboard:user -- ada admin' },
  { command: /npm run broker$/, by: 'test/integration/private-node.spec.ts', as: 'npm run broker' },

  { command: /^npm test/, by: CI, as: 'node scripts/test.mjs --json --outputFile="$report"' },
  { command: /^npm run (?:lint|typecheck|format:check|docs:api)$/, by: CI },
  { command: /^npm ci$/, by: CI, as: 'npm ci --no-audit --no-fund' },
  { command: /^npm run format$/, by: GENERATOR },
  {
    command: /^npm run docs:configuration$/,
    not: 'It writes into the checkout; test/unit/configuration-docs.spec.ts and its kin compare what it would write.',
  },
  {
    command: /^npm run docs:screenshots$/,
    not: 'Pictures are looked at by people; test/e2e/dashboard-browser.e2e-spec.ts sees the same pages.',
  },
  {
    command: /^npm run test:brokers/,
    not: 'It downloads two brokers of 220 MB and takes minutes with each; it is run before a release.',
  },
  {
    command: /^npm run bench(?: -- --quick)?$/,
    by: 'test/e2e/bench.e2e-spec.ts',
    as: 'npm run bench -- --quick --only handle-1-quorum --contestants amqplib,warren --rounds 1 --json ${json}',
  },
  { command: /npm run bench/, not: MEASURES },
  {
    command: /^npm run chaos -- --cluster$/,
    not: 'It boots three brokers and takes minutes; it is run before a release.',
  },
  {
    command: /^npm run chaos(?: -- .*)?$/,
    by: CHAOS,
    as: 'npm run chaos -- --seconds 12 --tasks 800 --seed 1 --faults ${kinds} --json ${json}',
  },
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
    not: 'It wants the SDK, which is none of the dependencies; test/e2e/threads.e2e-spec.ts loads another one into the same program, by NODE_OPTIONS.',
  },
];
