// Writes test/support/kubernetes.schema.json, by which test/unit/kubernetes-schema.spec.ts checks the manifests: what objects of the kinds below may hold, nothing else.
// It is made of the types of two packages, which are made of the schemas that Kubernetes and KEDA publish. They are no dependencies: 28 packages of 5,000 files, for Node 22 and
// later, of which this is all that is wanted; and their own checks let through fields that there are not. (`kubernetes-types` and `@kubernetes/client-node` know nothing of KEDA.)
// For another kind, or a later Kubernetes:
//   npm install --prefix FOLDER kubernetes-models@5.1.0 @kubernetes-models/keda@2.0.0
//   node scripts/kubernetes-schema.mjs FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { inCheckout } from './lib/checkout.mjs';

/** The kinds that the manifests have, by package. */
const KINDS = {
  'kubernetes-models': [
    'v1/Namespace',
    'v1/ConfigMap',
    'v1/Secret',
    'v1/Service',
    'apps/v1/Deployment',
    'policy/v1/PodDisruptionBudget',
    'networking.k8s.io/v1/NetworkPolicy',
  ],
  '@kubernetes-models/keda': ['keda.sh/v1alpha1/ScaledObject', 'keda.sh/v1alpha1/TriggerAuthentication'],
};

const folder = resolve(process.argv[2] ?? '.', 'node_modules');
const files = Object.entries(KINDS).flatMap(([name, kinds]) => kinds.map((kind) => join(folder, name, `${kind}.d.ts`)));
const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, strict: true, types: [] });
const checker = program.getTypeChecker();

/** What may stand in an object of each type that has a name. @type {Map<string, object>} */
const definitions = new Map();

/** A type as a JSON Schema. @param {ts.Type} type @returns {object} */
function schemaOf(type) {
  if (type.isUnion() && !(type.flags & ts.TypeFlags.Boolean)) {
    const { Undefined } = ts.TypeFlags;
    const schemas = type.types.filter(({ flags }) => !(flags & Undefined)).map(schemaOf);
    const different = [...new Set(schemas.map((schema) => JSON.stringify(schema)))].map((text) => JSON.parse(text));
    return different.length === 1 ? different[0] : { anyOf: different };
  }
  if (type.isStringLiteral()) return { const: type.value };
  if (type.flags & ts.TypeFlags.String) return { type: 'string' };
  if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (checker.isArrayType(type)) return { type: 'array', items: schemaOf(itemOf(type)) };
  const values = type.getStringIndexType();
  if (values !== undefined) return { type: 'object', additionalProperties: schemaOf(values) };
  if (type.isClassOrInterface()) return { $ref: `#/definitions/${defined(type)}` };
  if (type.flags & ts.TypeFlags.NonPrimitive) return { type: 'object' };
  throw new Error(`There is no schema for the type ${checker.typeToString(type)}.`);
}

/** @param {ts.Type} type */
function itemOf(type) {
  const [item] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
  if (item === undefined) throw new Error(`${checker.typeToString(type)} has no items.`);
  return item;
}

/** The name of an interface's definition, which is made when it is not there yet. @param {ts.InterfaceType} type */
function defined(type) {
  const file = type.symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  const [, path = file] = /\/node_modules\/(?:@[^/]+\/)?[^/]+\/([^@]+)\.d\.ts$/.exec(file) ?? [];
  const key = path.replaceAll('/', '.');
  if (definitions.has(key)) return key;
  definitions.set(key, {}); // before it is known: a type may hold itself
  const isKind = files.includes(file);
  // What it has become is written by the cluster.
  const properties = type.getProperties().filter((property) => !(isKind && property.name === 'status'));
  definitions.set(key, {
    type: 'object',
    additionalProperties: false,
    required: properties.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map((property) => property.name),
    properties: Object.fromEntries(
      properties.map((property) => [property.name, schemaOf(checker.getTypeOfSymbol(property))]),
    ),
  });
  return key;
}

for (const file of files) {
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is not there.`);
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) schemaOf(checker.getTypeAtLocation(statement));
  }
}

const made = Object.keys(KINDS).map((name) => {
  const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'));
  return `${name} ${version}`;
});
const lines = [...definitions].toSorted(([one], [other]) => (one < other ? -1 : 1));
writeFileSync(
  inCheckout('test', 'support', 'kubernetes.schema.json'),
  `{
"$comment": ${JSON.stringify(`Made by scripts/kubernetes-schema.mjs of ${made.join(' and ')} (MIT), which are made of the schemas of Kubernetes and KEDA (Apache-2.0).`)},
"definitions": {
${lines.map(([key, schema]) => `${JSON.stringify(key)}: ${JSON.stringify(schema)}`).join(',\n')}
}
}
`,
);
