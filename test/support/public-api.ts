import { posix } from 'node:path';
import ts from 'typescript';
import { textOf } from './project-files';

/** One public name of a library. */
export interface PublicName {
  /** `class TaskQueue`, `function defineTask`, `type AddOptions`, `const nestFormat`. */
  readonly title: string;
  /** Whether a doc comment says what it is. */
  readonly isDocumented: boolean;
}

/** Every name that an index exports, found where it is declared. */
export function publicNames(index: string): PublicName[] {
  return handedOnBy(index).map(({ file, name }) => publicName(file, name));
}

/** The names that a file exports from other files. */
function handedOnBy(path: string): { readonly file: string; readonly name: string }[] {
  return parse(path).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return [];
    if (!ts.isNamedExports(statement.exportClause) || statement.moduleSpecifier === undefined) return [];
    const file = posix.join(posix.dirname(path), moduleOf(statement.moduleSpecifier));
    return statement.exportClause.elements.map(({ name }) => ({ file: `${file}.ts`, name: name.text }));
  });
}

function publicName(file: string, name: string): PublicName {
  const elsewhere = handedOnBy(file).find((handedOn) => handedOn.name === name);
  if (elsewhere !== undefined) return publicName(elsewhere.file, name);
  const declarations = declarationsOf(parse(file), name);
  const [first] = declarations;
  if (first === undefined) throw new Error(`${file} declares no ${name}`);
  return { title: `${kindOf(first)} ${name}`, isDocumented: declarations.some(hasDocComment) };
}

function declarationsOf(file: ts.SourceFile, name: string): ts.Node[] {
  return file.statements.flatMap((statement) => {
    const candidates = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return candidates.filter((node) => (node as { name?: ts.Node }).name?.getText() === name);
  });
}

function kindOf(node: ts.Node): string {
  if (ts.isClassDeclaration(node)) return 'class';
  if (ts.isFunctionDeclaration(node)) return 'function';
  return ts.isVariableDeclaration(node) ? 'const' : 'type';
}

function hasDocComment(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc);
}

function moduleOf(specifier: ts.Expression): string {
  return ts.isStringLiteral(specifier) ? specifier.text : '';
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true);
}
