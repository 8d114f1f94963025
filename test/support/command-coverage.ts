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
/** Those of `npm run test:manuals`, for what takes too long for npm test, or writes into its checkout. */
const STARTS = 'test/manuals/starting-apps.spec.ts';
const WRITES = 'test/manuals/writing-commands.spec.ts';
const MEASURES = 'test/manuals/measuring.spec.ts';
const STRIKES = 'test/manuals/chaos.spec.ts';
const OPERATES = 'test/manuals/operators.spec.ts';
const TRACES = 'test/manuals/tracing.spec.ts';

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
  { command: /^git show main:contracts\.json/, by: WRITES },

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
  { command: /^WORKER_PORT=0 npx nest start worker$/, by: GENERATOR },
  { command: /npx nest start |^npm run build$|npm run start:/, by: STARTS },
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
  { command: /^npm run docs:configuration$/, by: WRITES },
  { command: /^npm run docs:screenshots$/, by: 'test/manuals/pictures.spec.ts', as: 'npm run docs:screenshots' },
  {
    command: /^npm run test:(?:brokers|manuals)/,
    not: 'It is a run of tests itself: who releases starts it, and it says which of them has failed.',
  },
  { command: /^npm run bench -- --quick$/, by: MEASURES },
  {
    command: /^npm run bench$/,
    by: 'test/e2e/bench.e2e-spec.ts',
    as: 'npm run bench -- --quick --only handle-1-quorum --contestants amqplib,warren --rounds 1 --json ${json}',
  },
  { command: /^npm run bench -- --markdown /, by: MEASURES, as: 'npm run bench -- --markdown ${json}' },
  { command: /^npm run bench -- --goals /, by: MEASURES, as: 'npm run bench -- --goals ${json} --json ${kept}' },
  {
    command: /^npm run bench /,
    by: MEASURES,
    as: 'npm run bench -- --quick --rounds 1 --only ${CASES} --contestants amqplib,warren,nest --json ${json}',
  },
  { command: /^npm run bench:retries/, by: MEASURES, as: 'npm run bench:retries -- --tasks 1000 --json ${json}' },
  { command: /^npm run bench:delays/, by: MEASURES, as: 'npm run bench:delays -- --tasks 500 --seed 7 --json ${json}' },
  {
    command: /^npm run bench:history/,
    by: MEASURES,
    as: 'npm run bench:history -- --tasks 2000 --rounds 1 --view 2000 --json ${json}',
  },
  {
    command: /^npm run chaos -- --cluster$/,
    by: STRIKES,
    as: 'npm run chaos -- --cluster --seconds 20 --tasks 1000 --seed 1 --json ${json}',
  },
  {
    command: /^npm run chaos(?: -- .*)?$/,
    by: CHAOS,
    as: 'npm run chaos -- --seconds 12 --tasks 800 --seed 1 --faults ${kinds} --json ${json}',
  },
  { command: /^npm run chaos:mutations$/, by: STRIKES },

  {
    command: /^rabbitmqctl set_policy$/,
    by: OPERATES,
    as: `rabbitmqctl set_policy --apply-to queues limit '^images$' '{"max-length":1000000}'`,
  },
  { command: /^rabbitmqctl purge_queue$/, by: OPERATES, as: 'rabbitmqctl purge_queue delay.undelivered' },
  { command: /^(?:rabbitmq(?:ctl|-diagnostics|-queues|-upgrade)|df|nc|openssl) /, by: OPERATES },
  { command: /^for level in .* rabbitmqctl set_topic_permissions/, by: OPERATES },
  {
    command: /^docker /,
    not: 'There is no Docker where the tests run; test/unit/images.spec.ts and compose.spec.ts hold what can be known without.',
  },
  {
    command: /^kubectl /,
    not: 'There is no cluster where the tests run; test/unit/kubernetes.spec.ts holds what can be known without.',
  },
  {
    command: /^cp deploy\/kubernetes\/secrets/,
    by: WRITES,
    as: 'cp deploy/kubernetes/secrets.example.yaml secrets.yaml',
  },
  { command: /^npm install --no-save @opentelemetry|^export OTEL_|^OTEL_SERVICE_NAME=/, by: TRACES },
];
