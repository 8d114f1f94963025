import type { DeadLetterFilter } from '@app/queue/operating';
import { UsageError } from '../exit-codes';
import { inertLine } from '../terminal/inert-text';
import type { Screen } from '../terminal/screen';
import { timeText } from '../terminal/table';
import type { DeadLetterCommand } from './arguments';

/** What is dangerous about each. */
const DANGERS = {
  redrive: {
    would: 'would be given back to the queues they came from, and run again',
    alone: 'redrive has tasks run again, and may mean many',
    not: 'Nothing was given back.',
  },
  purge: {
    would: 'would be thrown away for good',
    alone: 'purge throws away for good',
    not: 'Nothing was thrown away.',
  },
} as const;

/**
 * Has somebody agree: to every purge, and to a redrive that may be of more than one.
 * @throws UsageError where nobody is there to be asked
 */
export async function isAgreed(
  { filter, dryRun, yes }: DeadLetterCommand,
  action: 'redrive' | 'purge',
  screen: Screen,
  signal: AbortSignal,
): Promise<boolean> {
  if (dryRun || yes || (action === 'redrive' && isOfOne(filter))) return true;
  const { alone, not } = DANGERS[action];
  if (!screen.isAttended) throw new UsageError(`${alone}, and nobody is there to ask: add --yes.`);
  if (await screen.agrees(question(action, filter), signal)) return true;
  screen.note(not);
  return false;
}

/** What is asked before it begins. */
export function question(action: 'redrive' | 'purge', filter: DeadLetterFilter): string {
  const { id, queue, reason, name, since, limit } = filter;
  const parts = [
    queue === undefined ? 'of all queues' : `of ${textOf(queue)}`,
    ...(reason === undefined ? [] : [`of reason ${textOf(reason)}`]),
    ...(name === undefined ? [] : [`named ${textOf(name)}`]),
    ...(since === undefined ? [] : [`put aside since ${timeText(since)}`]),
    ...(id === undefined ? [] : [`with the id ${textOf(id, ' or ')}`]),
  ];
  const which = limit === undefined ? 'All dead letters' : `${limit} dead letters at most`;
  return `${which} ${parts.join(', ')} ${DANGERS[action].would}. Go on?`;
}

/** An id may be that of several dead letters of one task; whoever named it means them. */
function isOfOne({ id, limit }: DeadLetterFilter): boolean {
  return limit === 1 || (id !== undefined && (typeof id === 'string' || new Set(id).size === 1));
}

function textOf(value: string | readonly string[], separator = ', '): string {
  return inertLine(typeof value === 'string' ? value : value.join(separator));
}
