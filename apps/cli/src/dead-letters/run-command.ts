import { TopologyError, deadLetterQueueName } from '@app/queue/operating';
import type {
  DeadLetter,
  DeadLetterProgress,
  DeadLetterQueues,
  DeadLetterResult,
  ReadingCounts,
} from '@app/queue/operating';
import { exitCode } from '../exit-codes';
import { isAgreed } from './agreement';
import type { DeadLetterCommand } from './arguments';
import { counted } from '../terminal/counted';
import { inertJson, inertLine } from '../terminal/inert-text';
import { bodyText, detailJson, detailLines, listJson, listLine } from './rendering';
import type { Progress, Screen } from '../terminal/screen';
import { Tally } from './tally';

/** Words for what `redrive` and `purge` do. */
const DEEDS = {
  redrive: { doing: 'redriving', done: 'redriven', would: 'would be redriven' },
  purge: { doing: 'purging', done: 'purged', would: 'would be purged' },
} as const;

/**
 * Carries a command out.
 * @param by who does it; it stands in the events of what is redriven and purged
 * @param signal ends it politely: what was done stays done, the rest stays where it is
 * @returns the exit code
 * @throws UsageError, and what {@link DeadLetterQueues} throws, but for a queue that is not there, which it says
 */
export async function runCommand(
  command: DeadLetterCommand,
  deadLetters: DeadLetterQueues,
  screen: Screen,
  signal: AbortSignal,
  by: string,
): Promise<number> {
  const { action } = command;
  try {
    if (action === 'list') return await list(command, deadLetters, screen, signal);
    if (action === 'show') return await show(command, deadLetters, screen);
    return await act(command, action, deadLetters, screen, signal, by);
  } catch (error) {
    if (!(error instanceof TopologyError) || error.code !== 404) throw error;
    screen.note(inertLine(`There is no queue "${error.queue}"; name a work queue that is there.`));
    return exitCode.nothingMatched;
  }
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
  by: string,
): Promise<number> {
  const { filter, dryRun, json } = command;
  if (!(await isAgreed(command, action, screen, signal))) return exitCode.failed;
  const { doing, done, would } = DEEDS[action];
  let soFar: DeadLetterResult | undefined;
  const tally = new Tally();
  const onProgress = async ({ deadLetter, error, result }: DeadLetterProgress): Promise<void> => {
    soFar = result;
    if (error === undefined) tally.add(deadLetter);
    if (json) await screen.result(inertJson(resultOf(deadLetter, dryRun ? would : done, error)));
    else if (error !== undefined) screen.note(failureSentence(deadLetter, error));
    else if (dryRun) await screen.result(listLine(deadLetter, screen.paint));
    screen.progress(progressOf(doing, result));
  };
  const result = await deadLetters[action](filter, { dryRun, onProgress, signal, by }).catch((error: unknown) => {
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

function progressOf(label: string, { looked, total, done, failed }: DeadLetterResult): Progress {
  const ends = `${done} done${failed === 0 ? '' : `, ${failed} failed`}`;
  return { label, fraction: looked / Math.max(total, 1), text: `${looked} of ${total} looked at, ${ends}` };
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
  const letters = counted(looked, 'dead letter');
  return matched === looked ? `${letters}.` : `${matched} of ${letters} match.`;
}

function endSentence(result: DeadLetterResult, outcome: string, isInterrupted: boolean): string {
  const stopped = isInterrupted ? 'Stopped: ' : '';
  const failed = result.failed === 0 ? '' : `, ${result.failed} failed and stay where they are`;
  return result.matched === 0 && !isInterrupted
    ? `Nothing matched; ${result.looked} dead letters were looked at.`
    : `${stopped}${result.done} ${outcome}${failed}; ${result.looked} looked at.`;
}

function leftSentence(left: number): string {
  return left > 0 ? ` ${left} left; warren dead-letters list shows them.` : '';
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
