import { InvalidPayloadError } from '../errors';
import type { TaskVersions } from '../task-versions';
import { header, numberHeader } from './headers';

/** A definition whose older payloads are lifted. */
interface Versioned extends TaskVersions {
  readonly name: string;
}

/** Why a payload of another version cannot be handled. */
export interface VersionProblem {
  readonly reason: 'newer-version' | 'older-version';
  readonly name: string;
  readonly message: string;
}

/**
 * The version that a message's payload is of. One that does not say it is version 1: of a producer that knows no versions, of a plain client.
 * Digits count as a number, because Nest's own clients write only texts into headers.
 */
export function versionOf(headers: Readonly<Record<string, unknown>> | undefined): number {
  const said = headers?.[header.taskVersion];
  if (said === undefined) return 1;
  return typeof said === 'string' && /^[1-9]\d{0,8}$/.test(said)
    ? Number(said)
    : (numberHeader(headers, header.taskVersion, 1) ?? 1);
}

/** Why a message of this version cannot be handled by this definition; `undefined` when it can. */
export function versionProblem({ name, version, upcasters }: Versioned, said: number): VersionProblem | undefined {
  if (said > version) {
    const message = `It is version ${said} of "${name}", and this worker knows versions up to ${version}.`;
    return { reason: 'newer-version', name: 'NewerVersionError', message };
  }
  if (said === version || upcasters[said] !== undefined) return undefined;
  const message = `It is version ${said} of "${name}", which is at ${version} here and has no upcaster from ${said}.`;
  return { reason: 'older-version', name: 'OlderVersionError', message };
}

/**
 * The payload of an older version as one of the definition's own, not yet checked.
 * @throws InvalidPayloadError when an upcaster throws.
 */
export function liftPayload({ name, version, upcasters }: Versioned, payload: unknown, said: number): unknown {
  let lifted = payload;
  for (let from = said; from < version; from++) {
    try {
      lifted = upcasters[from]?.(lifted);
    } catch (cause) {
      const message = `the upcaster from version ${from} failed (${String(cause)})`;
      throw new InvalidPayloadError(name, [{ path: '', message }], { cause });
    }
  }
  return lifted;
}
