import { posix } from 'node:path';
import ts from 'typescript';
import { coverage } from './command-coverage';
import { documentedCommands } from './documented-commands';
import { textOf } from './project-files';

/** The method of TestProcess, CheckoutCopy and ProjectCommand that starts a command line as it is typed. */
const STARTS = 'typed';

const ITERATES = asTheyStand.name;

/** The commands of the manuals that a spec runs as they stand there; the spec makes a test of each. */
export function asTheyStand(spec: string): string[] {
  const commands = new Set(documentedCommands().map(({ command }) => command));
  return [...commands].filter((command) => {
    const row = coverage.find((one) => one.command.test(command));
    return row?.by === spec && row.as === undefined;
  });
}

/** The command lines that a spec, `.ci/run`, or what a spec imports of `test/support/` starts. */
export function commandsStartedBy(file: string): string[] {
  const text = textOf(file);
  if (!file.endsWith('.ts')) return commandsOfScript(text);
  const support = [...text.matchAll(/ from '(\.\.\/support\/[\w-]+)';$/gm)].map(
    ([, path = '']) => `${posix.join(posix.dirname(file), path)}.ts`,
  );
  const called = [file, ...support].flatMap((path) => argumentsOf(textOf(path)));
  return called.flatMap(({ name, argument }) => {
    if (name === ITERATES && argument === file) return asTheyStand(file);
    return name === STARTS ? [argument] : [];
  });
}

/**
 * The first arguments of the calls of a source that are texts, as they stand there (`${...}` included), with the called function's or
 * method's own name. Read by the compiler: what only looks like a call, in a comment or in a test's name, is none.
 */
export function argumentsOf(text: string): { readonly name: string; readonly argument: string }[] {
  const source = ts.createSourceFile('spec.ts', text, ts.ScriptTarget.Latest);
  const found: { name: string; argument: string }[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node)) return;
    const [first] = node.arguments;
    if (first === undefined || !(ts.isStringLiteralLike(first) || ts.isTemplateExpression(first))) return;
    const called = node.expression;
    const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText(source);
    const argument = ts.isStringLiteralLike(first) ? first.text : first.getText(source).slice(1, -1);
    found.push({ name, argument });
  };
  visit(source);
  return found;
}

/** Those of a shell script that begin with npm, or with node and one of our programs; the one loop it has is run through. */
export function commandsOfScript(text: string): string[] {
  const [, words = ''] = /^for check in (.+); do$/m.exec(text) ?? [];
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/\|\||&&/))
    .flatMap((part) => /\b(?:npm (?:ci|run)|node scripts\/).*?(?= *>| *$)/.exec(part)?.[0] ?? [])
    .flatMap((command) => (command.includes('$check') ? words.split(' ').map((word) => `npm run ${word}`) : [command]));
}
