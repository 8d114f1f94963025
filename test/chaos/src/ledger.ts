import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from './settings';

/**
 * What can be entered. `added`: the broker has confirmed it. `begun`, `failed`, `done`: a run. `aside`: a worker says that it
 * has dead-lettered it. `dead`: it was found in a dead-letter queue. `refused`: an add rejected, and will be tried again.
 */
export type Entry =
  | readonly [verb: 'added', id: string, kind: string, begunAt: number, dueAt: number]
  | readonly [verb: 'begun' | 'failed' | 'done', id: string, attempt: number]
  | readonly [verb: 'early', id: string, milliseconds: number]
  | readonly [verb: 'aside' | 'dead', id: string, reason: string]
  | readonly [verb: 'refused', id: string, error: string];

/**
 * One process's part of the ledger: a file of its own, a line an entry, written before `write` returns. A SIGKILL right after
 * takes nothing back, because the line is the system's by then; a whole line or none, because it is one write.
 */
export class LedgerFile {
  private readonly file = openSync(join(settings.ledger, `${settings.name}-${process.pid}.log`), 'a');

  write(...entry: Entry): void {
    writeSync(this.file, `${entry.join(' ')} ${Date.now()}\n`);
  }
}
