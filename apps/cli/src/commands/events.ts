import type { LifecycleRecord } from '@app/queue/operating';
import { exitCode } from '../exit-codes';
import { eventLine } from '../happened/event-text';
import { isMeant } from '../happened/event-filter';
import type { EventFilter } from '../happened/event-filter';
import { counted } from '../terminal/counted';
import { untilAborted } from '../waiting';
import type { Desk } from './desk';

/** The options of `warren events`. */
export interface EventsOptions extends EventFilter {
  readonly follow?: boolean;
}

/** So far back it looks when nobody says how far, and does not follow. */
const LOOK_BACK_MS = 15 * 60_000;

/** `warren events`: what happened, one a line, in the order in which it was told, written as it is read. */
export async function events(desk: Desk, options: EventsOptions): Promise<number> {
  const { screen, signal, json } = desk;
  const since = options.since ?? (options.follow === true ? Date.now() : Date.now() - LOOK_BACK_MS);
  let written = 0;
  const write = async (records: readonly LifecycleRecord[]): Promise<void> => {
    for (const record of records) {
      if (signal.aborted) return;
      if (!isMeant(record, { ...options, since })) continue;
      written += 1;
      if (json) await screen.json(record);
      else await screen.result(eventLine(record, screen.paint));
    }
  };
  const { operations } = await desk.reach();
  await desk.upToDate(operations.feed(since, write));
  if (options.follow === true) {
    await untilAborted(signal);
    return exitCode.done;
  }
  screen.note(`${counted(written, 'event')}.`);
  return written === 0 ? exitCode.nothingMatched : exitCode.done;
}
