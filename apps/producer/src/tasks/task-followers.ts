import { isEnd } from '@app/queue';
import type { TaskHistory } from '@app/queue';
import type { Response } from 'express';
import { TooManyFollowersError } from '../problems/request-errors';

/** Clients that follow a task at once; one more is refused. */
const MAX_FOLLOWERS = 500;

/** Milliseconds between two comments that keep proxies from closing a silent stream. */
const COMMENT_MS = 15_000;

/** Bytes that may wait for a client that does not read; then its stream ends. */
const MAX_UNREAD_BYTES = 262_144;

/** What is followed, and how: the history, or a test's own. */
type Followed = Pick<TaskHistory, 'watch' | 'view'>;

/** The part of an answer that a stream of events is written to. */
export type EventStream = Pick<Response, 'writeHead' | 'write' | 'end' | 'once' | 'writableLength' | 'destroyed'>;

/**
 * Clients that follow tasks by server-sent events. Each event (`event: task`) holds the task as it is now, as JSON; several changes of one
 * moment are one event. The stream ends when the task has.
 */
export class TaskFollowers {
  private readonly streams = new Map<EventStream, () => void>();

  constructor(
    private readonly history: Followed,
    private readonly most = MAX_FOLLOWERS,
  ) {}

  /** @throws TooManyFollowersError when one more would be too many. */
  assertRoom(): void {
    if (this.streams.size >= this.most) throw new TooManyFollowersError();
  }

  /** Tells of a task until it has ended or the client has gone. @throws TooManyFollowersError */
  add(id: string, stream: EventStream): void {
    if (stream.destroyed) return; // it has told that it closed already: nobody would forget it
    this.assertRoom();
    let isDue = false;
    const tell = (): void => {
      isDue = false;
      const task = this.history.view.get(id);
      if (task === undefined || !this.streams.has(stream)) return;
      stream.write(`event: task\ndata: ${JSON.stringify(task)}\n\n`);
      if (isEnd(task.state) || stream.writableLength > MAX_UNREAD_BYTES) this.end(stream);
    };
    const stopWatching = this.history.watch(id, () => {
      if (isDue) return;
      isDue = true;
      setImmediate(tell);
    });
    const comments = setInterval(() => stream.write(': beat\n\n'), COMMENT_MS);
    this.streams.set(stream, () => {
      stopWatching();
      clearInterval(comments);
    });
    stream.once('close', () => this.forget(stream));
    stream.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    tell();
  }

  /** Ends all of them. */
  close(): void {
    for (const stream of this.streams.keys()) this.end(stream);
  }

  private end(stream: EventStream): void {
    this.forget(stream);
    stream.end();
  }

  private forget(stream: EventStream): void {
    this.streams.get(stream)?.();
    this.streams.delete(stream);
  }
}
