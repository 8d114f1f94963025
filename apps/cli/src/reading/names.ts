import { UsageError } from '../exit-codes';

/**
 * What was named, when each is a name: an empty one begins all the others, and is mostly a variable that was not set.
 * @param what a name of it is, as in `the id of a task`
 * @throws UsageError
 */
export function named<Names extends string | readonly string[]>(what: string, names: Names): Names {
  if (names === '' || (Array.isArray(names) && names.includes(''))) {
    throw new UsageError(`This takes ${what}, and got an empty one.`);
  }
  return names;
}
