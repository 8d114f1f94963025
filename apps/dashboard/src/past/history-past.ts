import { parseTaskSearch } from '@app/queue';
import type { QueueRecord, TaskHistory, WorkerRecord } from '@app/queue';
import { taskIn } from '@app/queue/operating';
import { BadRequestException } from '@nestjs/common';
import type { ChangedTasks, FoundTasks, Past, PastQueue, PastTask, PastWorker } from './past';

/** Ids of changed tasks that are told at once; who hears that there are more asks anew in any case. */
const MAX_CHANGED = 500;

/** Milliseconds for which the queues' figures and the workers are told again: the figures are counted over all tasks, and every page asks for both. */
const FRESH_MS = 500;

/** Milliseconds for which an answer is told again while nothing is said to have changed: every open page asks, and each looks at all tasks. */
const SAME_MS = 1_000;

/**
 * Searches take this part of the time at most, however many pages search for different things: a page asks anew when it is told that
 * something has changed, so that is told the later, the longer they took.
 */
const SHARE = 1 / 5;

/** Answers that are kept. */
const MAX_ANSWERS = 100;

/** A queue in which nothing has happened. */
const QUIET: PastQueue = { running: 0, donePerSecond: 0, spark: [] };

/** What the history in the broker tells, as the pages show it. */
export class HistoryPast implements Past {
  private readonly changed = new Set<string>();
  private isCut = false;
  private readonly answers = new Map<string, { at: number; found: FoundTasks }>();
  private figures: { at: number; queues: ReadonlyMap<string, PastQueue> } = { at: -Infinity, queues: new Map() };
  private heard: { at: number; workers: readonly PastWorker[] } = { at: -Infinity, workers: [] };
  /** Milliseconds that searches took since what has changed was told last. */
  private spent = 0;
  private toldAt = -Infinity;

  constructor(
    private readonly history: TaskHistory,
    private readonly clock = (): number => performance.now(),
  ) {
    history.subscribe((record) => {
      const id = taskIn(record);
      if (id === undefined || this.changed.has(id)) return;
      if (this.changed.size < MAX_CHANGED) this.changed.add(id);
      else this.isCut = true;
    });
  }

  get state(): Past['state'] {
    return this.history.state;
  }

  get problem(): string | undefined {
    const { problem } = this.history;
    return problem === undefined
      ? undefined
      : `The history cannot be read (${problem}): tasks, workers, running counts, ages and times are not known.`;
  }

  task(id: string): PastTask | undefined {
    return this.history.view.get(id);
  }

  search(text: string, page: { limit: number; offset: number }, now: number): FoundTasks {
    return this.same(`${page.limit} ${page.offset} ${text}`, now, () => {
      const { search, problem } = parseTaskSearch(text, now);
      if (search === undefined) throw new BadRequestException(problem.message);
      return this.history.view.search(search, page);
    });
  }

  delayed(limit: number, now: number): FoundTasks {
    return this.same(`delayed ${limit}`, now, () => this.history.view.nextDue(limit));
  }

  workers(now: number): readonly PastWorker[] {
    if (now - this.heard.at >= FRESH_MS)
      this.heard = { at: now, workers: this.history.view.workers(now).map(pastWorker) };
    return this.heard.workers;
  }

  queue(name: string, now: number): PastQueue | undefined {
    if (now - this.figures.at >= FRESH_MS) {
      const queues = this.history.view.queues(now).map((queue) => [queue.queue, pastQueue(queue)] as const);
      this.figures = { at: now, queues: new Map(queues) };
    }
    return this.figures.queues.get(name) ?? (this.state === 'unavailable' ? undefined : QUIET);
  }

  takeChanged(): ChangedTasks {
    const now = this.clock();
    if (this.changed.size === 0 || now - this.toldAt < this.spent / SHARE) return { ids: [], isCut: false };
    const changed = { ids: [...this.changed], isCut: this.isCut };
    this.changed.clear();
    this.isCut = false;
    this.answers.clear(); // whoever is told now asks now, and once: an answer of before would stay on the page
    this.spent = 0;
    this.toldAt = now;
    return changed;
  }

  /** One answer for all who ask the same between two tellings of what has changed. */
  private same(question: string, now: number, look: () => FoundTasks): FoundTasks {
    const known = this.answers.get(question);
    if (known !== undefined && now - known.at < SAME_MS) return known.found;
    const began = this.clock();
    const found = look();
    this.spent += this.clock() - began;
    if (this.answers.size >= MAX_ANSWERS) this.answers.clear();
    this.answers.set(question, { at: now, found });
    return found;
  }
}

function pastWorker({ worker: name, beatAt: heardAt, running, queues, ...rest }: WorkerRecord): PastWorker {
  const inSlots = queues.reduce((sum, queue) => sum + queue.running, 0);
  return { ...rest, name, heardAt, queues, running: Math.max(running.length, inSlots) };
}

function pastQueue({ running, donePerSecond, oldest, isAtLeast, wait, run, sparkline }: QueueRecord): PastQueue {
  return {
    running,
    donePerSecond,
    spark: sparkline,
    ...(oldest === undefined ? {} : { oldest }),
    ...(isAtLeast === undefined ? {} : { isAtLeast }),
    ...(wait === undefined ? {} : { waitP95: wait.p95 }),
    ...(run === undefined ? {} : { runP95: run.p95 }),
  };
}
