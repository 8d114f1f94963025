import ts from 'typescript';

/**
 * The names of the queues that a source defines with settings of their own: `defineQueue({ ..., name: 'a' })`.
 * @param {string} text
 * @returns {string[]}
 */
export function queuesDefinedIn(text) {
  /** @type {string[]} */
  const names = [];
  /** @param {ts.Node} node */
  const look = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'defineQueue') names.push(...namesIn(node));
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true));
  return names;
}

/** @param {ts.CallExpression} call */
function namesIn({ arguments: [given] }) {
  if (given === undefined || !ts.isObjectLiteralExpression(given)) return [];
  return given.properties.flatMap((one) =>
    ts.isPropertyAssignment(one) &&
    /^(['"]?)name\1$/.test(one.name.getText()) &&
    ts.isStringLiteralLike(one.initializer)
      ? [one.initializer.text]
      : [],
  );
}
