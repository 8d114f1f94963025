import type {
  BrokerCounts,
  BrokerFacts,
  Pause,
  QueueOperations,
  QueueRecord,
  WorkQueueCounts,
} from '@app/queue/operating';
import { exitCode } from '../exit-codes';
import { queueDocument } from '../happened/queue-document';
import { queueColumns, queueTable } from '../happened/queue-table';
import type { QueueColumn } from '../happened/queue-table';
import { agoText } from '../happened/task-text';
import { inertLine } from '../terminal/inert-text';
import type { Paint } from '../terminal/screen';
import { durationText, numberText } from '../terminal/table';
import { endsSoon } from '../waiting';
import type { Desk } from './desk';

/** What of late is: workers have said what they run and do, many times. */
const OF_LATE_MS = 10 * 60_000;

/** What workers have told, and what was ordered. */
export interface Told {
  readonly queues: readonly QueueRecord[];
  readonly paused: ReadonlyMap<string, Pause>;
  /** Why some of it is missing. */
  readonly problems: readonly string[];
}

/** `warren status`: the broker, what each queue holds, and how it gets on. */
export async function status(desk: Desk): Promise<number> {
  const { operations, broker } = await desk.reach();
  const [counts, told] = await Promise.all([operations.counts(), listen(operations)]);
  if (desk.json) await desk.screen.json(documentOf(broker, counts, told));
  else await desk.screen.result(statusText(broker, counts, told, desk.screen.paint));
  const problems = [...counts.queues.flatMap(({ problems: ofQueue }) => ofQueue), ...told.problems];
  for (const problem of problems) desk.screen.note(inertLine(problem));
  return exitCode.done;
}

/** Reads what was told and ordered, for a while: of all that was told only what is of late, when that is too much. */
export async function listen(operations: Pick<QueueOperations, 'history' | 'recent' | 'steering'>): Promise<Told> {
  const { history, steering } = operations;
  const [isRead, isSteered] = await Promise.all([endsSoon(history.open()), endsSoon(steering.open())]);
  const late = isRead ? undefined : operations.recent(Date.now() - OF_LATE_MS);
  const isKnown = late === undefined || (await endsSoon(late.open()));
  const { problem = late?.problem } = history;
  const problems = [
    problem === undefined ? undefined : `Running, oldest and done/s are not known: ${problem}`,
    isKnown ? undefined : 'What workers told is not read to its end: running, oldest and done/s may be old.',
    late === undefined || !isKnown
      ? undefined
      : `All that was told takes longer to read: it is from the last ${durationText(OF_LATE_MS)}, and the oldest may be older.`,
    steering.problem === undefined ? undefined : `Which queues are paused is not known: ${steering.problem}`,
    isSteered ? undefined : 'Which queues are paused is not read to its end.',
  ];
  const queues = (late ?? history).view.queues(Date.now());
  return {
    queues: isRead ? queues : queues.map((queue) => ({ ...queue, isAtLeast: true as const })),
    paused: steering.paused,
    problems: problems.filter((one) => one !== undefined),
  };
}

function documentOf(broker: BrokerFacts, counts: BrokerCounts, { queues, paused }: Told): object {
  const merged = counts.queues.map((held) => ({ ...queueDocument(held, queues), paused: paused.get(held.queue) }));
  return { broker, ...counts, queues: merged };
}

/** The whole of it, for people. */
export function statusText(broker: BrokerFacts, counts: BrokerCounts, told: Told, paint: Paint): string {
  const { product, version, url, milliseconds } = broker;
  const { queue, ready, running, oldest, consumers, done, quarantine, dead } = queueColumns;
  const remark: QueueColumn = {
    head: '',
    cell: ({ held }) => paint('yellow', remarkOn(held, told.paused.get(held.queue))),
  };
  const columns = [queue, ready, running, oldest, consumers, done, quarantine, dead, remark];
  return [
    `broker   ${paint('green', '●')} ${inertLine(`${product} ${version}`)} at ${inertLine(url)}, answers in ${milliseconds.toFixed(1)} ms`,
    `delayed  ${numberText(counts.delayed)}${undeliveredText(counts, paint)}`,
    '',
    queueTable(columns, counts.queues, told.queues, paint),
  ].join('\n');
}

function undeliveredText({ undelivered = 0 }: BrokerCounts, paint: Paint): string {
  return undelivered === 0 ? '' : paint('yellow', `, and ${numberText(undelivered)} that came due and found no queue`);
}

/** What somebody has done something about, or has to. */
function remarkOn({ state, ready = 0, consumers = 0 }: WorkQueueCounts, pause: Pause | undefined): string {
  if (pause !== undefined) {
    const why = pause.reason === undefined ? '' : `: ${pause.reason}`;
    return inertLine(`paused by ${pause.by} ${agoText(pause.at, Date.now())}${why}`);
  }
  if (state === 'missing') return 'not declared yet';
  if (state === 'denied') return 'not told';
  return consumers === 0 && ready > 0 ? 'nobody consumes it' : '';
}
