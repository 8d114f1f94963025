import { deadLetterQueueName } from '@app/queue/operating';
import type { DeadLetter } from '@app/queue/operating';
import { inertLine } from '../terminal/inert-text';

/** Kinds that have a line of their own. */
const SHOWN = 5;

/** Kinds that are told apart: strangers write the names, and there may be as many as there are dead letters. */
const TOLD_APART = 1_000;

/** How many dead letters of which queue, reason and name. */
export class Tally {
  private readonly kinds = new Map<string, number>();
  private others = 0;

  add({ queue, reason, name }: DeadLetter): void {
    const kind = [deadLetterQueueName(queue), reason, name ?? '-'].map(inertLine).join('  ');
    const count = this.kinds.get(kind);
    if (count === undefined && this.kinds.size >= TOLD_APART) this.others += 1;
    else this.kinds.set(kind, (count ?? 0) + 1);
  }

  /** The most frequent kinds, one a line, and how many dead letters of other kinds there were. */
  lines(): string[] {
    const sorted = [...this.kinds].sort(([, one], [, other]) => other - one);
    const width = String(sorted[0]?.[1] ?? 0).length;
    const shown = sorted.slice(0, SHOWN).map(([kind, count]) => `  ${String(count).padStart(width)} × ${kind}`);
    const rest = sorted.slice(SHOWN).reduce((sum, [, count]) => sum + count, this.others);
    return rest === 0
      ? shown
      : [...shown, `  and ${rest} of other kinds; --json tells of each one, --dry-run beforehand`];
  }
}
