import { posix } from 'node:path';
import ts from 'typescript';

/** One file of source: its path from the repository's top folder, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** The longest a file of apps/ or libs/ may be. Beyond it, look for the second noun in the file. */
export const MAX_LINES = 250;

/** One import of a file, or a re-export. */
interface Import {
  /** The project's file without its ending (`libs/queue/src/errors`), or the package. */
  readonly target: string;
  /** Whether it is gone when the code runs. */
  readonly isTypeOnly: boolean;
  /** Whether it is loaded when the code comes to it, by `import()`, and not with the file. */
  readonly isLater: boolean;
}

const QUEUE = 'libs/queue/src';
const WIRING = ['queue.module', 'run-app', 'run-workers', 'warren-transport', 'index'].map(
  (file) => `${QUEUE}/${file}.ts`,
);
const CALCULATING = [`${QUEUE}/consuming/backoff`, `${QUEUE}/connection/broker-url`];
const PLAIN_ROOMS = [
  'message',
  'topology',
  'connection',
  'history',
  'steering',
  'producing',
  'supervising',
  'threading',
  'dead-letter',
  'definitions',
  'operating',
  'contracts',
  'testing/memory',
];
/** What signs and encrypts messages; Node's own cryptography and nothing else. */
const SEALING = ['seal-keys', 'signature', 'encryption'].map((file) => `${QUEUE}/message/${file}.ts`);
const CLIENTS = ['amqplib', 'amqp-connection-manager'];

/**
 * What breaks the arrows of docs/architecture.md, one sentence each; empty when nothing does. Pure: it looks at the
 * files it is given and nowhere else.
 */
export function architectureProblems(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const problems = [
      ...importsOf(source).flatMap((used) => arrows.map((arrow) => arrow(source.path, used))),
      lengthProblem(source),
      ...indexProblems(source),
    ];
    return problems.filter((problem) => problem !== undefined).map((problem) => `${source.path} ${problem}`);
  });
}

/** Each looks at one import of one file, and says what is wrong with it. */
const arrows: readonly ((path: string, used: Import) => string | undefined)[] = [
  /** Apps and libraries know each other by their names, libraries in one direction only. */
  (path, { target, isTypeOnly }) => {
    if (!target.startsWith('@app/')) return undefined;
    const allowed = doorsFor(path, isTypeOnly);
    if (path.startsWith('libs/queue/')) return `imports ${target}: the queue library imports no other project`;
    if (isSpec(path)) allowed.push('@app/queue/testing');
    return allowed.includes(target) ? undefined : `imports ${target}: only ${allowed.join(' and ')} may be imported`;
  },

  /** No relative path leads out of an app or a library. */
  (path, { target }) => {
    const project = path.split('/').slice(0, 2).join('/');
    if (!/^(?:\.\.|apps|libs|test|scripts)(?:\/|$)/.test(target) || target.startsWith(`${project}/`)) return undefined;
    return `imports ${target}: a relative import may not leave ${project}`;
  },

  /** The index is the door for others; from inside it would close a circle. */
  (path, { target }) =>
    path.startsWith(`${QUEUE}/`) && [QUEUE, `${QUEUE}/index`].includes(target)
      ? 'imports its own index: name the file'
      : undefined,

  /** message/ and the pure files of topology/ calculate: types, errors and each other. */
  (path, { target, isTypeOnly }) => {
    if (!isPure(path) || isSpec(path) || isTypeOnly || target === `${QUEUE}/errors` || isPure(target)) return undefined;
    if (target === 'node:crypto' && SEALING.includes(path)) return undefined;
    return `imports ${target}: a pure file imports nothing but types, errors and other pure files`;
  },

  /** What both sides share knows no room; the few files of rooms that it may know calculate only. */
  (path, { target, isTypeOnly }) => {
    const isRoom = target.startsWith(`${QUEUE}/`) && target.slice(QUEUE.length + 1).includes('/');
    if (!isContract(path) || !isRoom || isTypeOnly || isPure(target) || CALCULATING.includes(target)) return undefined;
    return `imports ${target}: a contract imports no room but message/ and the pure files of topology/`;
  },

  /** Only connection/ knows the AMQP client; it hands on the types that other rooms hold (connection/amqp.ts). */
  (path, { target, isTypeOnly }) => {
    if (!CLIENTS.includes(packageOf(target)) || path.startsWith(`${QUEUE}/connection/`)) return undefined;
    if (isTypeOnly && isSpec(path)) return undefined;
    return `imports ${target}: only connection/ imports the AMQP client (its types: connection/amqp.ts)`;
  },

  /** What declares uses channels; so channels are told how to declare. */
  (path, { target }) =>
    path.startsWith(`${QUEUE}/connection/`) && target === `${QUEUE}/topology/declare`
      ? `imports ${target}: connection/ and what declares would form a circle; take a function`
      : undefined,

  /** Nobody is told what is logged. */
  (path, { target }) => {
    const isObserver = path.startsWith(`${QUEUE}/telemetry/`);
    const wiring = [
      'queue.module',
      'run-workers',
      'warren-transport',
      'threading/thread-app',
      'metrics/metrics.module',
      'testing/watched-spans',
      'index',
    ];
    const isWiring = wiring.some((file) => path === `${QUEUE}/${file}.ts`);
    if (!target.startsWith(`${QUEUE}/telemetry/`) || isObserver || isWiring) return undefined;
    return `imports ${target}: nobody imports telemetry/ but the wiring (${wiring.join(', ')}); emit an event`;
  },

  /** Nobody is told what is traced: what stands around adding and running is handed in (tracing.ts). */
  (path, { target }) =>
    target.startsWith('@opentelemetry/') && path.startsWith('libs/') && !path.startsWith(`${QUEUE}/telemetry/`)
      ? `imports ${target}: only telemetry/ knows OpenTelemetry; take a Tracing`
      : undefined,

  /** Nobody is told what is written down, either: a task runs the same where nothing is recorded. */
  (path, { target }) =>
    path.startsWith(`${QUEUE}/consuming/`) && target.startsWith(`${QUEUE}/history/`)
      ? `imports ${target}: consuming/ knows nothing of history/; emit an event, or have it handed in (queue.module.ts)`
      : undefined,

  /** Who does not import MetricsModule loads nothing for metrics. */
  (path, { target }) =>
    target === 'prom-client' && !path.startsWith(`${QUEUE}/telemetry/`)
      ? `imports ${target}: only telemetry/ knows what collects metrics; take a MetricsSource`
      : undefined,

  /** A worker without such tasks loads nothing for threads. */
  (path, { target }) =>
    ['piscina', 'worker_threads', 'node:worker_threads'].includes(target) &&
    !path.startsWith(`${QUEUE}/threading/`) &&
    !isSpec(path)
      ? `imports ${target}: only threading/ starts threads`
      : undefined,

  /** What stands in for things in tests is no part of a process that runs. */
  (path, { target }) =>
    (target.startsWith(`${QUEUE}/testing`) && path.startsWith(QUEUE) && !path.startsWith(`${QUEUE}/testing/`)) ||
    (target === '@nestjs/testing' && !path.startsWith(`${QUEUE}/testing/`) && !isSpec(path))
      ? `imports ${target}: only tests load what stands in for a broker`
      : undefined,

  /** The kit works with any test framework. */
  (path, { target }) =>
    path.startsWith(`${QUEUE}/testing/`) && !isSpec(path) && (target === 'jest' || target.startsWith('@jest/'))
      ? `imports ${target}: the test kit needs no test framework`
      : undefined,

  /** Nest stands at the door. */
  (path, { target }) => {
    const isInside = PLAIN_ROOMS.some((room) => path.startsWith(`${QUEUE}/${room}/`));
    const isDoor = path === `${QUEUE}/threading/thread-app.ts`;
    if (!target.startsWith('@nestjs/') || !isInside || isDoor) return undefined;
    return `imports ${target}: ${PLAIN_ROOMS.map((room) => `${room}/`).join(', ')} are plain TypeScript, without Nest`;
  },
];

/**
 * The doors of other projects that a file may use. What the command line loads knows no Nest, which alone takes longer to load
 * than a command to run: it operates by a door of its own, and so do the definitions that it loads.
 */
function doorsFor(path: string, isTypeOnly: boolean): string[] {
  const definitions = '@app/queue/definitions';
  const withoutNest = ['@app/queue/operating', '@app/queue/contracts', definitions, '@app/tasks'];
  if (path.startsWith('apps/cli/')) return withoutNest;
  if (path.startsWith('apps/')) return ['@app/queue', '@app/queue/health', '@app/queue/metrics', ...withoutNest];
  return isTypeOnly ? ['@app/queue', definitions] : [definitions];
}

/** The packages and files that are loaded with a file, by it and by what it imports; `import()` is not followed. */
export function loadedWith(path: string, sources: readonly Source[]): ReadonlySet<string> {
  const byModule = new Map(sources.map((source) => [source.path.replace(/(?:\/index)?\.ts$/, ''), source]));
  const loaded = new Set<string>();
  const load = (module: string): void => {
    const target = module.replace(/^@app\/(queue|tasks)/, 'libs/$1/src');
    if (loaded.has(target)) return;
    loaded.add(target);
    const source = byModule.get(target);
    const used = source === undefined ? [] : importsOf(source);
    for (const one of used) if (!one.isTypeOnly && !one.isLater) load(one.target);
  };
  load(path);
  return loaded;
}

function lengthProblem({ text }: Source): string | undefined {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > MAX_LINES ? `has ${lines} lines, and ${MAX_LINES} is the most: look for its second noun` : undefined;
}

/** Nest's own packages alone, for the order of their loading: any other import for its effect alone is no part of an index. */
function isLoadedFirst(statement: ts.Statement): boolean {
  if (!ts.isImportDeclaration(statement) || statement.importClause !== undefined) return false;
  const { moduleSpecifier } = statement;
  return ts.isStringLiteral(moduleSpecifier) && ['@nestjs/common', '@nestjs/core'].includes(moduleSpecifier.text);
}

/** An index lists names one by one; the queue library's, which is its whole surface, holds nothing else but what is loaded first. */
function indexProblems(source: Source): string[] {
  if (!source.path.endsWith('/index.ts')) return [];
  return parse(source).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined) {
      const isByName = statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause);
      return isByName ? [] : [`does not list the names: ${firstLine(statement)}`];
    }
    if (isLoadedFirst(statement)) return [];
    return source.path === `${QUEUE}/index.ts` ? [`holds more than exports: ${firstLine(statement)}`] : [];
  });
}

/** Imports and re-exports, `import()`, `require()` and `import('...')` in types. */
function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean, isLater = false): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    found.push({ target: targetOf(source.path, specifier.text), isTypeOnly, isLater });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly || areAllTypes(node.exportClause));
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && isLoader(node.expression))
      add(node.arguments[0], false, node.expression.kind === ts.SyntaxKind.ImportKeyword);
    ts.forEachChild(node, visit);
  };
  visit(parse(source));
  return found;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (!clause.name && areAllTypes(clause.namedBindings));
}

/** `{ type A, type B }`: each name by itself is a type. */
function areAllTypes(names: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (names === undefined || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return false;
  return names.elements.length > 0 && [...names.elements].every((element) => element.isTypeOnly);
}

function isLoader(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || /^(?:require|jest\.(?:mock|requireActual))$/.test(callee.getText())
  );
}

function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix
    .join(posix.dirname(path), specifier)
    .replace(/\.[jt]s$/, '')
    .replace(/\/$/, '');
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** All of message/, and of topology/ all but the one file that declares. */
function isPure(path: string): boolean {
  return path.startsWith(`${QUEUE}/message/`) || (/\/topology\//.test(path) && !/\/declare(?:\.ts)?$/.test(path));
}

/** Directly in the queue library's folder, and no wiring. */
function isContract(path: string): boolean {
  return posix.dirname(path) === QUEUE && !WIRING.includes(path) && !isSpec(path);
}

function isSpec(path: string): boolean {
  return path.endsWith('.spec.ts');
}

function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function firstLine(node: ts.Node): string {
  return node.getText().split('\n')[0] ?? '';
}
