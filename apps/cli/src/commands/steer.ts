import type { Steering } from '@app/queue/operating';
import { UsageError, exitCode } from '../exit-codes';
import { named } from '../reading/names';
import { inertLine } from '../terminal/inert-text';
import type { Desk } from './desk';
import { HEARD_OF_MS } from './workers';

const QUEUE = 'the name of a queue';

/** The options of what stops something. */
export interface SteerOptions {
  readonly yes?: boolean;
  readonly reason?: string;
}

/** `warren cancel <ids...>`: whoever names one means it; of several somebody is asked. */
export async function cancel(desk: Desk, { yes }: SteerOptions, typed: readonly string[] = []): Promise<number> {
  const ids = [...new Set(named('ids of tasks', typed))];
  const question = `${ids.length} tasks will not run, or are told to end. Cancel them?`;
  if (ids.length > 1 && !(await isAgreed(desk, yes, question))) return exitCode.failed;
  const { operations } = await desk.reach();
  await operations.steering.cancel(ids, desk.operator);
  const meant = ids.length === 1 ? ids[0] : `${ids.length} tasks`;
  return said(
    desk,
    ids.map((id) => ({ order: 'cancel', id })),
    `The cancel of ${meant} is ordered: what waits does not run, what runs is told. ` +
      'An id is taken whole, as it was typed; what has ended, or never was, stays as it is.',
  );
}

/** `warren pause <queue>` */
export async function pause(
  desk: Desk,
  { yes, reason }: SteerOptions,
  [queue = '']: readonly string[] = [],
): Promise<number> {
  if (!isDefined(desk, named(QUEUE, queue))) return exitCode.nothingMatched;
  if (!(await isAgreed(desk, yes, `No worker will take a task from ${queue} until it is resumed. Pause it?`)))
    return exitCode.failed;
  return ordered(
    desk,
    { order: 'pause', queue, reason },
    `${queue} is paused for every worker, also for those that start later.`,
    (steering) => steering.pause(queue, desk.operator, reason),
  );
}

/** `warren resume <queue>` */
export async function resume(desk: Desk, _options: object, [queue = '']: readonly string[] = []): Promise<number> {
  if (!isDefined(desk, named(QUEUE, queue))) return exitCode.nothingMatched;
  return ordered(desk, { order: 'resume', queue }, `${queue} is resumed.`, (steering) =>
    steering.resume(queue, desk.operator),
  );
}

/** `warren worker quiet <worker>` */
export async function quietWorker(
  desk: Desk,
  options: SteerOptions,
  [name = '']: readonly string[] = [],
): Promise<number> {
  return toWorker(desk, options, name, 'take nothing new until it is started again', 'quiet', (steering, worker) =>
    steering.quiet(worker, desk.operator),
  );
}

/** `warren worker stop <worker>` */
export async function stopWorker(
  desk: Desk,
  options: SteerOptions,
  [name = '']: readonly string[] = [],
): Promise<number> {
  return toWorker(desk, options, name, 'finish what it runs and end', 'stop', (steering, worker) =>
    steering.stop(worker, desk.operator),
  );
}

async function toWorker(
  desk: Desk,
  { yes }: SteerOptions,
  name: string,
  what: string,
  order: 'quiet' | 'stop',
  give: (steering: Steering, worker: string) => Promise<void>,
): Promise<number> {
  const worker = await workerNamed(desk, named('the name of a worker, or its beginning', name));
  if (worker === undefined) return exitCode.nothingMatched;
  if (!(await isAgreed(desk, yes, `${worker} will ${what}. Go on?`))) return exitCode.failed;
  return ordered(desk, { order, worker }, `${worker} was told to ${what}.`, (steering) => give(steering, worker));
}

/** The worker whose name begins so; `undefined` when there is none, which it says. @throws UsageError that names several. */
async function workerNamed(desk: Desk, name: string): Promise<string | undefined> {
  const { view } = await desk.recent(HEARD_OF_MS);
  const alive = view.workers(Date.now()).filter(({ state }) => state !== 'lost' && state !== 'stopped');
  const meant = alive.map(({ worker }) => worker).filter((worker) => worker === name || worker.startsWith(name));
  if (meant.length === 1 || meant.includes(name)) return meant.includes(name) ? name : meant[0];
  if (meant.length > 1) throw new UsageError(`${name} begins the names of ${meant.join(', ')}: which one?`);
  const all = alive.map(({ worker }) => worker).join(', ');
  desk.screen.note(inertLine(`No worker is called ${name}; there are ${all === '' ? 'none' : all}.`));
  return undefined;
}

function isDefined(desk: Desk, queue: string): boolean {
  const known = desk.registry.queues.map(({ name }) => name);
  if (known.includes(queue)) return true;
  desk.screen.note(`No queue is defined with the name ${inertLine(queue)}; there are ${known.join(', ')}.`);
  return false;
}

/** @throws UsageError where nobody is there to be asked. */
async function isAgreed(desk: Desk, yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (!desk.screen.isAttended)
    throw new UsageError('this keeps tasks from being run, and nobody is there to ask: add --yes.');
  if (await desk.screen.agrees(inertLine(question), desk.signal)) return true;
  desk.screen.note('Nothing was done.');
  return false;
}

async function ordered(
  desk: Desk,
  order: object,
  sentence: string,
  give: (steering: Steering) => Promise<void>,
): Promise<number> {
  const { operations } = await desk.reach();
  await give(operations.steering);
  return said(desk, [order], sentence);
}

/** Says what was ordered, for programs each order by itself: whether and when it is carried out is up to the workers. */
async function said(desk: Desk, orders: readonly object[], sentence: string): Promise<number> {
  if (desk.json)
    for (const order of orders) await desk.screen.json({ ...order, outcome: 'ordered', by: desk.operator });
  else desk.screen.note(inertLine(sentence));
  return exitCode.done;
}
