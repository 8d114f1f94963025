import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AddedTask } from '@app/queue/operating';
import type { Input } from '../terminal/streams';

/** Tasks that wait for their confirm at once: enough to keep the broker busy, and the memory for it bounded. */
const WINDOW = 500;

/** Where a line went. */
export interface LineEnd {
  /** From 1. */
  readonly line: number;
  /** The task that was added, or why none was. */
  readonly end: AddedTask | Error;
}

/** How far a run through the lines is. */
export interface LineCounts {
  readonly added: number;
  readonly failed: number;
  /** From 0 to 1; `undefined` when the input does not tell how long it is. */
  readonly fraction: number | undefined;
}

/**
 * Adds one task a line, many at once. A line that fails does not keep the others from being added; blank lines are no tasks.
 * @param add adds the task of one line
 * @param ended is told of each line when it has ended, and waited for
 * @param signal ends it: what was sent is waited for, what was not read is not added
 */
export async function addMany(
  input: Input,
  add: (line: string) => Promise<AddedTask>,
  ended: (end: LineEnd, counts: LineCounts) => Promise<void>,
  signal: AbortSignal,
): Promise<LineCounts> {
  const counts = { added: 0, failed: 0, fraction: undefined as number | undefined };
  const length = lengthOf(input);
  const underWay = new Set<number>();
  let changed: () => void = () => undefined;
  const fewerThan = async (count: number): Promise<void> => {
    while (underWay.size >= count) {
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
  };
  const carryOut = async (line: number, text: string): Promise<void> => {
    const end = await settled(line, add(text));
    counts[end.end instanceof Error ? 'failed' : 'added'] += 1;
    counts.fraction = length === undefined ? undefined : bytesRead(input) / Math.max(length, 1);
    await ended(end, counts);
    underWay.delete(line);
    changed();
  };
  let line = 0;
  for await (const text of createInterface({ input, signal })) {
    line += 1;
    if (text.trim() === '') continue;
    underWay.add(line);
    void carryOut(line, text);
    await fewerThan(WINDOW);
  }
  await fewerThan(1);
  return counts;
}

async function settled(line: number, adding: Promise<AddedTask>): Promise<LineEnd> {
  try {
    return { line, end: await adding };
  } catch (error) {
    return { line, end: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Bytes of the file that is read; `undefined` when it is a pipe or a terminal. */
function lengthOf(input: Input): number | undefined {
  if (!('fd' in input) || typeof input.fd !== 'number') return undefined;
  const stats = fstatSync(input.fd);
  return stats.isFile() ? stats.size : undefined;
}

function bytesRead(input: Input): number {
  return 'bytesRead' in input && typeof input.bytesRead === 'number' ? input.bytesRead : 0;
}
