import { coverage } from '../support/command-coverage';
import { documentedCommands } from '../support/documented-commands';
import { argumentsOf, commandsOfScript, commandsStartedBy } from '../support/started-commands';
import { argvOf, covers } from '../support/typed-command';

const documented = documentedCommands();
const coverOf = (command: string) => coverage.find((one) => one.command.test(command));

describe('each command of the README and the guides', () => {
  it('is run by a test, or has a reason why not', () => {
    expect(documented.length).toBeGreaterThan(80);
    const uncovered = documented.filter(({ command }) => coverOf(command) === undefined);
    expect(uncovered.map(({ file, command }) => `${file}: ${command}`)).toEqual([]);
    expect(coverage.filter(({ by, not }) => (by === undefined) === (not === undefined))).toEqual([]);
  });

  it('is left out only for want of a Docker engine or a cluster, or because it is a run of tests itself', () => {
    const left = documented.filter(({ command }) => coverOf(command)?.not !== undefined);
    expect(left.filter(({ command }) => !/^(?:docker |kubectl |npm run test:)/.test(command))).toEqual([]);
  });

  it('that a test is said to run is started by that test: the same program, its subcommands, its options', () => {
    const started = new Map(
      [...new Set(coverage.flatMap(({ by }) => by ?? []))].map((by) => [by, commandsStartedBy(by)]),
    );
    const wrong = documented.flatMap(({ command }) => {
      const row = coverOf(command);
      if (row?.by === undefined) return [];
      const { by, as = command } = row;
      const isStarted = started.get(by)?.includes(as) === true && covers(as, command);
      return isStarted ? [] : [`${command}: ${by} does not start ${as}, or that is not enough`];
    });
    expect(wrong).toEqual([]);
  });

  it('that is accounted for is there', () => {
    const used = new Set(documented.map(({ command }) => coverOf(command)));
    expect(coverage.filter((one) => !used.has(one)).map(({ command }) => command.source)).toEqual([]);
  });
});

describe('what a spec starts', () => {
  it('is what it gives to calls, not what it tells of', () => {
    const spec = `
      // typed('npm run a')
      it('typed("npm run b")', () => expect(text).toContain("typed('npm run c')"));
      const d = typed('npm run d');
      TestProcess.typed(\`npm run e -- \${names}\`, { AMQP_URL: url });
      describe('npm run f', typed);`;
    const started = argumentsOf(spec).filter(({ name }) => name === 'typed');
    expect(started.map(({ argument }) => argument)).toEqual(['npm run d', 'npm run e -- ${names}']);
  });

  it('is what a script does, and not what it says of it', () => {
    const script = `
# npm run nothing
[ -d there ] || npm ci --no-audit || exit 1
for check in lint typecheck; do
  nice npm run --silent "$check" >"$outputs/$check" 2>&1 &
done
timeout 850 node scripts/test.mjs --json >/dev/null
node -e 'nothing of ours'`;
    expect(commandsOfScript(script)).toEqual([
      'npm ci --no-audit',
      'npm run lint',
      'npm run typecheck',
      'node scripts/test.mjs --json',
    ]);
  });
});

describe('a command line', () => {
  it.each([
    ['npm start -- --once', ['node', 'scripts/start.mjs', '--once']],
    ['npm run task -- First message.', ['node', 'scripts/task.mjs', 'First', 'message.']],
    ['npm run dead-letters -- list', ['node', 'scripts/warren.mjs', 'dead-letters', 'list']],
    ['npx warren add a \'{"id": 1}\' --wait', ['node', 'scripts/warren.mjs', 'add', 'a', '{"id": 1}', '--wait']],
    ['WORKER_PORT=0 npx nest start worker', ['node', 'scripts/nest.mjs', 'start', 'worker']],
    ['npx jest --json', ['node', 'node_modules/.bin/jest', '--json']],
    ['npm ci', ['npm', 'ci']],
    ['curl -s localhost', ['curl', '-s', 'localhost']],
  ])('%s starts its program', (line, argv) => {
    expect(argvOf(line)).toEqual(argv);
  });

  it.each([
    ['npm start -- --once --tasks 50', 'npm start -- --once', true],
    ['npm start', 'npm start -- --once', false],
    ['npm run task', 'npm start', false],
    ["warren add one.task '1' --wait", "npx warren add another.task '2' --wait", true],
    ["warren add one.task '1'", "npx warren add another.task '2' --wait", false],
    ['warren dead-letters list', 'warren dead-letters redrive', false],
    ['npm run chaos -- --seconds 12 --seed=1', 'npm run chaos -- --seed 42', true],
    ['node scripts/test.mjs --json', 'npm test -- --selectProjects unit', true],
  ])('%s shows %s: %p', (started, asked, does) => {
    expect(covers(started, asked)).toBe(does);
  });
});
