import { DefinitionError } from './errors';

/**
 * Makes of one version's payload that of the next one. Pure and not async: it is called before the payload is checked, in every run. What it
 * throws dead-letters the message as `invalid-payload`.
 * @param payload as it came, checked by nobody; parse it with the older version's schema where a wrong one must not pass
 */
export type Upcaster = (payload: unknown) => unknown;

/** Which version of its payload a definition is, as `defineTask` takes it. */
export interface TaskVersionsInput {
  /**
   * Of the payload, from 1. Raise it with a change that a worker of before, or what waits in the queue, would not get along with. It travels in the
   * header `x-task-version`; a message without one is version 1. A message of a newer version than the worker's is dead-lettered, as `newer-version`.
   * Default: 1.
   */
  readonly version?: number;
  /**
   * What lifts older payloads, by the version that each takes: `{ 1: toSecond, 2: toThird }`. A message of an older version is lifted from
   * version to version, then checked and handled. One from which nothing lifts is dead-lettered, as `older-version`. Default: none.
   */
  readonly upcasters?: Readonly<Partial<Record<number, Upcaster>>>;
}

/** The same, with every default filled in. */
export interface TaskVersions {
  readonly version: number;
  readonly upcasters: Readonly<Partial<Record<number, Upcaster>>>;
}

const MAX_VERSION = 1_000_000;

/**
 * The versions that this input describes.
 * @param subject names the definition in an error
 * @throws DefinitionError when the version cannot be one, or the upcasters do not lead up to it.
 */
export function taskVersions(subject: string, { version = 1, upcasters = {} }: TaskVersionsInput): TaskVersions {
  if (!Number.isInteger(version) || version < 1 || version > MAX_VERSION)
    throw new DefinitionError(`${subject}: version must be a whole number from 1 to ${MAX_VERSION}, not ${version}.`);
  const lifted = Object.keys(upcasters).map(Number);
  for (const from of lifted) {
    if (!Number.isInteger(from) || from < 1 || from >= version)
      throw new DefinitionError(
        `${subject}: an upcaster takes an older version than ${version}, from 1 on; not ${from}.`,
      );
    if (typeof upcasters[from] !== 'function')
      throw new DefinitionError(`${subject}: the upcaster from version ${from} must be a function.`);
    if (from + 1 < version && !lifted.includes(from + 1))
      throw new DefinitionError(
        `${subject}: version ${from} is lifted to ${from + 1}, and nothing lifts that to ${version}: an upcaster from ` +
          `${from + 1} is missing.`,
      );
  }
  return { version, upcasters: Object.freeze({ ...upcasters }) };
}
