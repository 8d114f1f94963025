import { inspect } from 'node:util';

/** Something that says itself whether a value is as it should be: what `expect.any(String)` and its kin give. */
interface Matcher {
  asymmetricMatch(value: unknown): boolean;
  /** What it is called. */
  toAsymmetricMatcher?(): string;
}

/**
 * Where a value is not as it is expected, one sentence each; empty when it is. Of an object only the expected fields are looked at, also
 * within; a list is compared entry by entry, and has to be as long.
 * @param path names the place in the sentences
 */
export function differences(expected: unknown, actual: unknown, path = ''): string[] {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual) ? [] : [sentence(path, expected, actual)];
  if (expected instanceof Date) {
    const time = actual instanceof Date || typeof actual === 'string' ? new Date(actual).getTime() : actual;
    return time === expected.getTime() ? [] : [sentence(path, expected, actual)];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [sentence(path, expected, actual)];
    return expected.flatMap((entry, index) => differences(entry, actual[index], `${path}[${index}]`));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [sentence(path, expected, actual)];
    return Object.entries(expected).flatMap(([name, value]) =>
      differences(value, actual[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return Object.is(expected, actual) ? [] : [sentence(path, expected, actual)];
}

/** A value for people, on one line where it is short. */
export function shown(value: unknown): string {
  return isMatcher(value) && value.toAsymmetricMatcher !== undefined
    ? value.toAsymmetricMatcher()
    : inspect(value, { depth: 6, breakLength: 100, maxStringLength: 300, maxArrayLength: 20 });
}

function sentence(path: string, expected: unknown, actual: unknown): string {
  return `${path === '' ? 'it' : path} is ${shown(actual)}, expected ${shown(expected)}`;
}

function isMatcher(value: unknown): value is Matcher {
  return isObject(value) && typeof value['asymmetricMatch'] === 'function';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
