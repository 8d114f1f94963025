import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Problem } from '../errors';

/** Wrong fields that one answer lists: a body with a million of them gets no answer of a million lines. */
export const MAX_PROBLEMS = 100;

/** Characters of a path or a message: a field's name, which both repeat, may be as long as the body allows. */
const MAX_CHARACTERS = 200;

/**
 * What a schema found wrong, a field each, at most {@link MAX_PROBLEMS}: dotted paths that begin with `prefix`, and a
 * field nobody knows named by its own path, where zod names only the object around it.
 */
export function fieldProblems(issues: readonly StandardSchemaV1.Issue[], prefix = ''): Problem[] {
  const problems = issues.slice(0, MAX_PROBLEMS).flatMap((issue) => {
    const path = (issue.path ?? []).map(segmentName).reduce(dotted, prefix);
    const unknownFields = unknownFieldsOf(issue)?.slice(0, MAX_PROBLEMS);
    if (unknownFields === undefined) return [{ path, message: shortened(issue.message) }];
    return unknownFields.map((field) => ({ path: dotted(path, field), message: 'is not a known field' }));
  });
  return problems.slice(0, MAX_PROBLEMS);
}

/** The same problems, found inside of a field; at most {@link MAX_PROBLEMS}. */
export function problemsWithin(field: string, problems: readonly Problem[]): Problem[] {
  return problems
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => ({ path: dotted(field, path), message: shortened(message) }));
}

/** A path and what follows it. */
export function dotted(path: string, rest: string): string {
  return shortened(path === '' || rest === '' ? path + rest : `${path}.${rest}`);
}

function shortened(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 1)}…` : text;
}

function segmentName(segment: PropertyKey | StandardSchemaV1.PathSegment): string {
  return String(typeof segment === 'object' ? segment.key : segment);
}

/** zod's issue for fields of a strict object that it does not know carries their names. */
function unknownFieldsOf(issue: StandardSchemaV1.Issue): readonly string[] | undefined {
  if (!('code' in issue && issue.code === 'unrecognized_keys' && 'keys' in issue)) return undefined;
  return Array.isArray(issue.keys) ? issue.keys.map(String) : undefined;
}
