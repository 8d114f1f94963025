import type { Response } from 'express';

/** Browsers that listen at once; each open tab is one. */
const MAX_LISTENERS = 200;

/** Bytes that may wait for a listener that reads slowly; what comes meanwhile is left out for it, and it is told so. */
const MAX_WAITING_BYTES = 1_048_576;

/** Milliseconds after which a browser that has lost us asks again. */
const RETRY_MS = 1_000;

interface Listener {
  readonly response: Response;
  /** Whether its session is still good. */
  readonly isAllowed: () => boolean;
  /** Whether something was left out for it. */
  isBehind: boolean;
}

/** For whom something was left out: any task may have changed. */
const SOMETHING_CHANGED = eventText('tasks', { ids: [], isCut: true });

/** Pushes what changes to every browser that listens, as server-sent events. */
export class LiveStream {
  private readonly listeners = new Set<Listener>();
  private isOver = false;

  /** How many listen. */
  get size(): number {
    return this.listeners.size;
  }

  /** Begins to push to a browser, until it leaves, its session is no good any more or the dashboard stops. False: too many listen already. */
  join(response: Response, isAllowed: () => boolean): boolean {
    if (this.isOver || this.listeners.size >= MAX_LISTENERS) return false;
    const listener = { response, isAllowed, isBehind: false };
    this.listeners.add(listener);
    response.on('close', () => this.listeners.delete(listener));
    // A reverse proxy that buffers would hold back each event until the next ones.
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    response.write(`retry: ${RETRY_MS}\n\n`);
    return true;
  }

  /** Sends an event to one who listens. */
  send(response: Response, event: string, value: unknown): void {
    response.write(eventText(event, value));
  }

  /** Sends an event to all. */
  push(event: string, value: unknown): void {
    if (this.listeners.size === 0) return;
    const text = eventText(event, value);
    for (const listener of this.listeners) {
      const { response, isAllowed, isBehind } = listener;
      if (!isAllowed()) {
        response.end();
        continue;
      }
      listener.isBehind = response.writableLength >= MAX_WAITING_BYTES;
      if (!listener.isBehind) response.write(isBehind ? SOMETHING_CHANGED + text : text);
    }
  }

  /** Ends every connection; nobody may join any more. */
  close(): void {
    this.isOver = true;
    for (const { response } of this.listeners) response.end();
  }
}

/** JSON has no line break of its own, so one `data:` line is enough. */
function eventText(event: string, value: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;
}
