import ts from 'typescript';
import { Refusal } from './refusal.mjs';

// Each takes a source and gives it with one thing more, or as it is where that stands there already (of a handler whose files were removed);
// its formatting is put right afterwards.

/**
 * An import of a file beside, where its path belongs in the order.
 * @param {string} text @param {string} name @param {string} from as in `./invoice-export` @param {string} file for the refusal
 */
export function addImport(text, name, from, file) {
  const { statements } = parse(text);
  const imports = statements.filter((statement) => ts.isImportDeclaration(statement));
  const specifierOf = (/** @type {ts.ImportDeclaration} */ { moduleSpecifier }) =>
    ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
  if (imports.some((one) => specifierOf(one) === from)) return text;
  if (statements.flatMap(namesBoundBy).includes(name))
    throw new Refusal(`${file} has another \`${name}\`; nothing was changed. Take another name for the handler.`);
  const next = imports.find((one) => specifierOf(one).startsWith('.') && specifierOf(one) > from);
  const at = next?.getStart() ?? imports.at(-1)?.end ?? 0;
  const line = `import { ${name} } from '${from}';`;
  return insert(text, at, next === undefined ? `\n${line}` : `${line}\n`);
}

/** What a statement of a source gives a name to. @param {ts.Statement} statement @returns {string[]} */
function namesBoundBy(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [namedBindings];
    return [name, ...named.map((one) => one?.name)].flatMap((one) => one?.text ?? []);
  }
  const isNamed = ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}

/**
 * A name in the list `export { a, b };`, where it belongs in the order.
 * @param {string} text @param {string} name @param {string} file for the refusal
 */
export function addExport(text, name, file) {
  const lists = parse(text).statements.flatMap((statement) =>
    ts.isExportDeclaration(statement) &&
    !statement.moduleSpecifier &&
    statement.exportClause &&
    ts.isNamedExports(statement.exportClause)
      ? [statement.exportClause.elements]
      : [],
  );
  const [names] = lists;
  if (names === undefined) throw new Refusal(`${file} has no list \`export { ... };\` to add the definition to.`);
  return addElement(text, names, name, (one) => one.getText() > name);
}

/**
 * An element at the end of a list that a variable is made of.
 * @param {string} text @param {string} variable @param {string} element @param {string} file for the refusal
 */
export function addToVariable(text, variable, element, file) {
  const declarations = parse(text).statements.flatMap((statement) =>
    ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [],
  );
  const list = declarations.find(({ name }) => name.getText() === variable)?.initializer;
  if (list === undefined || !ts.isArrayLiteralExpression(list))
    throw new Refusal(`${file} has no list \`${variable} = [...]\` to add the definition to.`);
  return addElement(text, list.elements, element);
}

/**
 * A module at the end of the `imports` of the first `@Module`.
 * @param {string} text @param {string} module @param {string} file for the refusal
 */
export function addToModule(text, module, file) {
  const list = moduleImports(parse(text));
  if (list === undefined)
    throw new Refusal(`${file} has no \`@Module({ imports: [...] })\` to add the handler’s module to.`);
  return addElement(text, list.elements, module);
}

/** @param {ts.Node} node @returns {ts.ArrayLiteralExpression | undefined} */
function moduleImports(node) {
  if (
    ts.isDecorator(node) &&
    ts.isCallExpression(node.expression) &&
    node.expression.expression.getText() === 'Module'
  ) {
    const [given] = node.expression.arguments;
    const properties = given !== undefined && ts.isObjectLiteralExpression(given) ? [...given.properties] : [];
    const imports = properties.find((one) => ts.isPropertyAssignment(one) && one.name.getText() === 'imports');
    if (imports && ts.isPropertyAssignment(imports) && ts.isArrayLiteralExpression(imports.initializer))
      return imports.initializer;
  }
  return ts.forEachChild(node, moduleImports);
}

/**
 * @template {ts.Node} Element
 * @param {string} text @param {ts.NodeArray<Element>} elements @param {string} added
 * @param {(element: Element) => boolean} [isAfter] the first such comes behind; default: none does
 */
function addElement(text, elements, added, isAfter = () => false) {
  if (elements.some((element) => element.getText() === added)) return text;
  const next = elements.find((element) => isAfter(element));
  if (next !== undefined) return insert(text, next.getStart(), `${added}, `);
  const last = elements.at(-1);
  return insert(text, last?.end ?? elements.pos, last === undefined ? added : `, ${added}`);
}

/** @param {string} text @param {number} at @param {string} added */
const insert = (text, at, added) => text.slice(0, at) + added + text.slice(at);

/** @param {string} text */
const parse = (text) => ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
