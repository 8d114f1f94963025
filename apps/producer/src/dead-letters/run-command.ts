import { TopologyError, deadLetterQueueName } from '@app/queue';
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterProgress,
  DeadLetterQueues,
  DeadLetterResult,
  ReadingCounts,
} from '@app/queue';
import { UsageError } from './arguments';
import type { DeadLetterCommand } from './arguments';
import { inertJson, inertLine } from './inert-text';
import { bodyText, detailJson, detailLines, listJson, listLine, timeOf } from './rendering';
import type { Screen } from './screen';
import { Tally } from './tally';

/** How a command ended, as the shell sees it. */
export const exitCode = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  noBroker: 3,
  nothingMatched: 4,
  interrupted: 130,
} as const;

/** Words for what `redrive` and `purge` do. */
const DEEDS = {
  redrive: { doing: 'redriving', done: 'redriven', would: 'would be redriven' },
  purge: { doing: 'purging', done: 'purged', would: 'would be purged' },
} as const;

/**
 * Carries a command out.
 * @param signal ends it politely: what was done stays done, the rest stays where it is
 * @returns the exit code
 * @throws UsageError, and what {@link DeadLetterQueues} throws
 */
export async function runCommand(
  command: DeadLetterCommand,
  deadLetters: DeadLetterQueues,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  const { action } = command;
  try {
    if (action === 'list') return await list(command, deadLetters, screen, signal);
    if (action === 'show') return await show(command, deadLetters, screen);
    return await act(command, action, deadLetters, screen, signal);
  } catch (error) {
    if (!(error instanceof TopologyError) || error.code !== 404) throw error;
    throw new UsageError(`--queue: there is no queue "${error.queue}"; name a work queue that is there.`);
  }
}

/** What a purge asks before it begins. */
export function purgeQuestion({ queue, reason, name, since, limit }: DeadLetterFilter): string {
  const parts = [
    queue === undefined ? 'of all queues' : `of ${textOf(queue)}`,
    ...(reason === undefined ? [] : [`of reason ${textOf(reason)}`]),
    ...(name === undefined ? [] : [`named ${textOf(name)}`]),
    ...(since === undefined ? [] : [`put aside since ${timeOf(since)}`]),
  ];
  const which = limit === undefined ? 'All dead letters' : `${limit} dead letters at most`;
  return `${which} ${parts.join(', ')} would be thrown away for good. Go on?`;
}

async function list(
  { filter, json }: DeadLetterCommand,
  deadLetters: DeadLetterQueues,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  const counts = await printList(deadLetters.list(filter), json, screen, signal);
  if (counts === undefined) return exitCode.interrupted;
  const isCutShort = counts.matched === filter.limit && counts.looked < counts.total;
  screen.note(isCutShort ? `The first ${filter.limit}; --limit shows more.` : countSentence(counts));
  noteCutOff(counts, screen);
  return counts.matched === 0 ? exitCode.nothingMatched : exitCode.done;
}

/** @returns `undefined` when it was interrupted */
async function printList(
  found: AsyncGenerator<DeadLetter, ReadingCounts>,
  json: boolean,
  screen: Screen,
  signal: AbortSignal,
): Promise<ReadingCounts | undefined> {
  try {
    while (!signal.aborted) {
      const step = await found.next();
      if (step.done === true) return step.value;
      await screen.result(json ? listJson(step.value) : listLine(step.value, screen.paint));
    }
    return undefined;
  } finally {
    await found.return({ total: 0, looked: 0, matched: 0, cutOff: [] }); // gives back what was read
  }
}

async function show(
  { filter, json, body }: DeadLetterCommand,
  deadLetters: DeadLetterQueues,
  screen: Screen,
): Promise<number> {
  const { id = [], queue } = filter;
  const shown = await deadLetters.show(id, queue === undefined ? {} : { queue });
  for (const details of shown) {
    const line = json
      ? detailJson(details, body ? bodyText(details) : undefined)
      : detailLines(details, screen.paint, body);
    await screen.result(line);
  }
  const missing = (typeof id === 'string' ? [id] : id).filter(
    (one) => !shown.some((found) => found.id === one || found.deadLetterId === one),
  );
  if (missing.length > 0) screen.note(`No dead letter is named ${textOf(missing)}; list shows those that are there.`);
  return missing.length > 0 ? exitCode.nothingMatched : exitCode.done;
}

async function act(
  command: DeadLetterCommand,
  action: 'redrive' | 'purge',
  deadLetters: DeadLetterQueues,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  const { filter, dryRun, json } = command;
  if (action === 'purge' && !(await isAgreed(command, screen))) return exitCode.failed;
  const { doing, done, would } = DEEDS[action];
  let soFar: DeadLetterResult | undefined;
  const tally = new Tally();
  const onProgress = async ({ deadLetter, error, result }: DeadLetterProgress): Promise<void> => {
    soFar = result;
    if (error === undefined) tally.add(deadLetter);
    if (json) await screen.result(inertJson(resultOf(deadLetter, dryRun ? would : done, error)));
    else if (error !== undefined) screen.note(failureSentence(deadLetter, error));
    else if (dryRun) await screen.result(listLine(deadLetter, screen.paint));
    screen.progress({ label: doing, ...result });
  };
  const result = await deadLetters[action](filter, { dryRun, onProgress, signal }).catch((error: unknown) => {
    if (soFar !== undefined) screen.note(`${soFar.done} ${dryRun ? would : done} before it ended.`);
    throw error;
  });
  if (!json) for (const line of tally.lines()) screen.note(line);
  const left = dryRun ? 0 : result.total - result.done;
  screen.note(endSentence(result, dryRun ? would : done, signal.aborted) + leftSentence(left));
  noteCutOff(result, screen);
  if (result.failed > 0) return exitCode.failed;
  if (signal.aborted) return exitCode.interrupted;
  const asked = typeof filter.id === 'string' ? 1 : new Set(filter.id).size;
  if (asked > result.matched)
    screen.note(`${asked - result.matched} of the ids named no dead letter; list shows those that are there.`);
  if (asked > result.matched) return exitCode.nothingMatched;
  return result.matched === 0 ? exitCode.nothingMatched : exitCode.done;
}

async function isAgreed({ filter, isById, dryRun, yes }: DeadLetterCommand, screen: Screen): Promise<boolean> {
  if (isById || dryRun || yes) return true;
  if (!screen.isAttended) throw new UsageError('purge throws away for good, and nobody is there to ask: add --yes.');
  if (await screen.agrees(purgeQuestion(filter))) return true;
  screen.note('Nothing was thrown away.');
  return false;
}

function resultOf(
  { id, deadLetterId, queue, originalQueue, reason, name }: DeadLetter,
  outcome: string,
  error?: Error,
) {
  const facts = { id, deadLetterId, queue, originalQueue, reason, name };
  return error === undefined ? { ...facts, outcome } : { ...facts, outcome: 'failed', error: error.message };
}

function failureSentence({ name, id, queue }: DeadLetter, error: Error): string {
  return inertLine(`${name ?? 'a message'} ${id} stays in ${deadLetterQueueName(queue)}: ${error.message}`);
}

function countSentence({ matched, looked }: ReadingCounts): string {
  if (looked === 0) return 'No dead letters.';
  return matched === looked ? `${matched} dead letters.` : `${matched} of ${looked} dead letters match.`;
}

function endSentence(result: DeadLetterResult, outcome: string, isInterrupted: boolean): string {
  const stopped = isInterrupted ? 'Stopped: ' : '';
  const failed = result.failed === 0 ? '' : `, ${result.failed} failed and stay where they are`;
  return result.matched === 0 && !isInterrupted
    ? `Nothing matched; ${result.looked} dead letters were looked at.`
    : `${stopped}${result.done} ${outcome}${failed}; ${result.looked} looked at.`;
}

function leftSentence(left: number): string {
  return left > 0 ? ` ${left} left; npm run dead-letters -- list shows them.` : '';
}

function noteCutOff({ cutOff }: ReadingCounts, screen: Screen): void {
  for (const queue of cutOff) {
    screen.note(
      `${deadLetterQueueName(queue)}: only the first 10,000 that stay in it were looked at, and there are more. ` +
        'Redrive or purge some of them to reach the rest.',
    );
  }
}

function textOf(value: string | readonly string[]): string {
  return inertLine(typeof value === 'string' ? value : value.join(', '));
}
