import type { Finding } from './finding';
import { skipped } from './finding';
import { brokerChecks } from './broker-checks';
import { definitionChecks } from './definition-checks';
import { delayChecks } from './delay-checks';
import type { Check, Examined } from './examined';
import { limitChecks } from './limit-checks';
import { managementChecks } from './management-checks';
import { nodeChecks } from './node-checks';
import { policyChecks } from './policy-checks';
import { queueChecks } from './queue-checks';
import { streamChecks } from './stream-checks';

/** Every check, in the order in which they are told. */
export const checks: readonly Check[] = [
  ...brokerChecks,
  ...queueChecks,
  ...delayChecks,
  ...streamChecks,
  ...definitionChecks,
  ...limitChecks,
  ...nodeChecks,
  ...policyChecks,
  ...managementChecks,
];

/**
 * Looks at all of it, one check after the other.
 * @param only words, one of which a check's name has to hold; `undefined`: every check
 */
export async function* examine(examined: Examined, only?: readonly string[]): AsyncGenerator<Finding, void> {
  for (const check of checks.filter(({ name }) => isAmong(name, only))) {
    for (const says of await findings(check, examined)) yield { check: check.name, ...says };
  }
}

/** Whether a check of this name is meant. */
export function isAmong(name: string, only: readonly string[] | undefined): boolean {
  return only === undefined || only.some((word) => name.toLowerCase().includes(word.toLowerCase()));
}

/** A check that cannot be made is no reason not to make the others. */
async function findings(check: Check, examined: Examined): Promise<readonly Omit<Finding, 'check'>[]> {
  try {
    return await check.look(examined);
  } catch (error) {
    return [skipped(`it could not be looked at (${error instanceof Error ? error.message : String(error)})`)];
  }
}
