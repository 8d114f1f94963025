import type { ManagementFacts } from '../management-facts';
import type { Check, Examined } from './examined';
import { skipped, unless } from './finding';
import type { Says } from './finding';

const NOT_SHOWN = 'the management API does not show it to this user (it wants the tag monitoring)';

/**
 * A check of what the management API tells. Skipped, with the reason, where it is not there.
 * @param look what it finds; `undefined`: it is not shown
 * @param fine what is said when it finds nothing
 */
export function needing(
  name: string,
  look: (facts: ManagementFacts, examined: Examined) => readonly Says[] | undefined,
  fine: string,
): Check {
  return {
    name,
    look: (examined) => {
      const { management } = examined;
      if (typeof management === 'string') return [skipped(management)];
      const found = look(management, examined);
      return found === undefined ? [skipped(NOT_SHOWN)] : unless(found, fine);
    },
  };
}
