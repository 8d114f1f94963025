import { textOf } from './project-files';
import { wordsOf } from './shell-words';

const { bin, scripts } = JSON.parse(textOf('package.json')) as {
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};

/** Hands its arguments on to jest, of which this repository says nothing. */
const PASSES_ON = 'scripts/test.mjs';

/**
 * What a command line of the manuals starts, its program first: npm and npx are looked through, as `package.json` says, and the variables
 * in front of it left out. What npm does itself (`npm ci`) begins with npm.
 */
export function argvOf(line: string): string[] {
  const words = wordsOf(line);
  const [program = '', ...args] = words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)));
  if (program === 'npx') return binOf(args);
  if (program === 'warren') return binOf([program, ...args]);
  return program === 'npm' ? scriptOf(args) : [program, ...args];
}

/**
 * Whether who starts the one command line starts the other as well, with other values perhaps: the same program, its subcommands, and at
 * least the same options.
 */
export function covers(started: string, documented: string): boolean {
  const [mine, asked] = [partsOf(started), partsOf(documented)];
  return (
    mine.program === asked.program &&
    asked.subcommands.every((word, at) => word === mine.subcommands[at]) &&
    asked.options.every((option) => mine.options.includes(option))
  );
}

function binOf([name = '', ...args]: readonly string[]): string[] {
  return ['node', bin[name] ?? `node_modules/.bin/${name}`, ...args];
}

function scriptOf(args: readonly string[]): string[] {
  const [name = '', ...rest] = args[0] === 'run' ? args.slice(1) : args;
  const script = scripts[name];
  if (script === undefined) return ['npm', ...args];
  return [...wordsOf(script), ...(rest[0] === '--' ? rest.slice(1) : rest)];
}

interface Parts {
  readonly program: string;
  readonly subcommands: readonly string[];
  readonly options: readonly string[];
}

function partsOf(line: string): Parts {
  const argv = argvOf(line);
  const [program = '', ...args] = argv[0] === 'node' ? argv.slice(1) : argv;
  if (program === PASSES_ON) return { program, subcommands: [], options: [] };
  const end = args.findIndex((word) => !/^[a-z][a-z_-]*$/.test(word));
  return {
    program,
    subcommands: end === -1 ? args : args.slice(0, end),
    options: args.filter((word) => word.startsWith('-')).map((word) => word.replace(/=.*/, '')),
  };
}
