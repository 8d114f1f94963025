/** How something was found: fine; fine for now, and worth a look; broken; not looked at. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one check found. */
export interface Finding {
  /** The check's name, in a few words. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What is so, or why it was not looked at, as a sentence without its full stop. */
  readonly says: string;
  /** What mends it; missing where nothing has to be. */
  readonly fix?: string;
}

/** What a check says, which does not know its name. */
export type Says = Omit<Finding, 'check'>;

/** Something is fine. */
export function ok(says: string): Says {
  return { verdict: 'ok', says };
}

/** Something is worth a look. */
export function warn(says: string, fix: string): Says {
  return { verdict: 'warn', says, fix };
}

/** Something is broken. */
export function fail(says: string, fix: string): Says {
  return { verdict: 'fail', says, fix };
}

/** Something was not looked at. */
export function skipped(says: string): Says {
  return { verdict: 'skipped', says };
}

/** The problems, or where there are none that all is well. */
export function unless(problems: readonly Says[], fine: string): readonly Says[] {
  return problems.length === 0 ? [ok(fine)] : problems;
}

/** How many names a sentence holds. */
const MOST_NAMES = 5;

/** Names as a sentence tells them: the first of many. */
export function listed(names: readonly string[]): string {
  return `${names.slice(0, MOST_NAMES).join(', ')}${names.length > MOST_NAMES ? ' ...' : ''}`;
}
