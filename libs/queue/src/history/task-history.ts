import type { StreamReader, StreamMessage } from '../connection/stream-reader';
import { endedWithin } from '../ended-within';
import { HistoryUnavailableError } from '../result-errors';
import { timerOf } from '../timers';
import type { LifecycleRecord } from './lifecycle-record';
import { readRecords } from './record-reader';
import { RECORDS } from './recorder';
import type { TaskRecord } from './task-record';
import { taskIn } from './task-in';
import { TaskView } from './task-view';

/**
 * `replaying`: reads what was recorded before it was opened, and is behind until then; `live`: up to date; `unavailable`: there is no
 * stream, or no connection, and `problem` says why. What the view has stays in it.
 */
export type TaskHistoryState = 'replaying' | 'live' | 'unavailable';

type Listener = (record: LifecycleRecord) => void;

/** Makes the reader of the events stream. A history has its own, so that who never asks pays nothing. */
export type OpenReader = (onMessage: (message: StreamMessage) => void | Promise<void>) => {
  readonly reader: StreamReader;
  close(): Promise<void>;
};

/** What happened, read from the broker into memory and followed from then on. Nothing is opened before {@link open}. */
export class TaskHistory {
  readonly view: TaskView;
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Map<string, Set<Listener>>();
  private readonly waiting = new Set<() => void>();
  private opened: ReturnType<OpenReader> | undefined;
  private isClosed = false;

  constructor(
    private readonly openReader: OpenReader,
    /** Tasks that are remembered; 100,000 unless given. */
    maxTasks?: number,
  ) {
    this.view = new TaskView(maxTasks);
  }

  get state(): TaskHistoryState {
    const state = this.opened?.reader.state;
    if (this.isClosed || state === 'unavailable' || state === 'interrupted' || state === 'closed') return 'unavailable';
    return state === 'live' ? 'live' : 'replaying';
  }

  /** Why it is not up to date and will not be soon, for people; `undefined` otherwise. */
  get problem(): string | undefined {
    if (this.state !== 'unavailable') return undefined;
    return this.opened?.reader.problem ?? 'the history was closed';
  }

  /**
   * Begins to read; does nothing when it has begun. Resolves when everything that was recorded has been read, or when it is known that
   * it cannot be: `state` tells. Waits as long as there is no connection. Never rejects.
   */
  async open(): Promise<void> {
    if (this.isClosed) return;
    this.opened ??= this.openReader((message) => this.read(message));
    await this.opened.reader.open();
  }

  /**
   * Opens it, and waits until it is up to date, so many milliseconds at most.
   * @throws HistoryUnavailableError when it is not by then.
   */
  async upToDate(timeout: number): Promise<void> {
    await endedWithin(this.open(), timeout);
    if (this.state !== 'live')
      throw new HistoryUnavailableError(this.problem ?? 'what was recorded is still being read');
  }

  /** A task as soon as something is known of it, after so many milliseconds at most: records are under way for a moment. */
  find(id: string, timeout: number): Promise<TaskRecord | undefined> {
    return this.taskWhen(id, () => true, timeout);
  }

  /** A task as soon as this holds of it; `undefined` when it does not by then, or the history is closed. */
  taskWhen(id: string, holds: (task: TaskRecord) => boolean, timeout: number): Promise<TaskRecord | undefined> {
    return new Promise((resolve) => {
      const finish = (task: TaskRecord | undefined): void => {
        clearTimeout(timer);
        stopWatching();
        this.waiting.delete(giveUp);
        resolve(task);
      };
      const giveUp = (): void => finish(undefined);
      const look = (): void => {
        const task = this.view.get(id);
        if (task !== undefined && holds(task)) finish(task);
      };
      const timer = setTimeout(giveUp, this.isClosed ? 0 : timerOf(timeout));
      const stopWatching = this.watch(id, look);
      this.waiting.add(giveUp);
      look();
    });
  }

  /** Reads no more, and closes its connection; who waits for a task waits no longer. May be called twice. Never rejects. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const giveUp of this.waiting) giveUp();
    this.listeners.clear();
    this.watchers.clear();
    await this.opened?.close();
  }

  /**
   * Tells of each record from now on, those of the replay too, after the view has it. A listener that throws is reported as a warning of
   * the process. Returns what ends it.
   */
  subscribe(listener: (record: LifecycleRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** As {@link subscribe}, of what is about one task, a cancel of it too; thousands of tasks may be watched at once. May be ended twice. */
  watch(id: string, listener: (record: LifecycleRecord) => void): () => void {
    const watching = this.watchers.get(id) ?? new Set();
    this.watchers.set(id, watching);
    watching.add(listener);
    return () => {
      watching.delete(listener);
      // Ended twice, it must not end those who have begun to watch since.
      if (watching.size === 0 && this.watchers.get(id) === watching) this.watchers.delete(id);
    };
  }

  private read({ type, content }: StreamMessage): void {
    if (type !== RECORDS) return;
    for (const record of readRecords(content)) {
      this.view.apply(record);
      for (const listener of this.listeners) this.tell(listener, record);
      const id = this.watchers.size === 0 ? undefined : taskIn(record);
      if (id === undefined) continue;
      for (const listener of this.watchers.get(id) ?? []) this.tell(listener, record);
    }
  }

  private tell(listener: Listener, record: LifecycleRecord): void {
    try {
      listener(record);
    } catch (error) {
      process.emitWarning(`A listener of the history threw: ${String(error)}`, 'TaskHistoryWarning');
    }
  }
}
