import { mkdtempSync, createReadStream, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { addMany } from './add-many';
import type { LineEnd } from './add-many';

const never = new AbortController().signal;
const added = async (line: string) => ({ id: `id of ${line}`, queue: 'q' });

describe('adding what stands on lines', () => {
  it('adds a task a line, goes on after one that fails, and counts both', async () => {
    const ends: LineEnd[] = [];
    const add = async (line: string) => {
      if (line === 'bad') throw new Error('no');
      return added(line);
    };
    const counts = await addMany(
      Readable.from(['a\nbad\n', '\n  \nb']),
      add,
      async (end) => {
        ends.push(end);
      },
      never,
    );
    expect(counts).toEqual({ added: 2, failed: 1, fraction: undefined });
    expect(ends.toSorted((one, other) => one.line - other.line)).toEqual([
      { line: 1, end: { id: 'id of a', queue: 'q' } },
      { line: 2, end: new Error('no') },
      { line: 5, end: { id: 'id of b', queue: 'q' } },
    ]);
  });

  it('has no more than so many on their way at once', async () => {
    let underWay = 0;
    let most = 0;
    const lines = Readable.from(Array.from({ length: 2_000 }, (_line, index) => `${index}\n`));
    const { added: count } = await addMany(
      lines,
      async (line) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise(setImmediate);
        underWay -= 1;
        return added(line);
      },
      async () => undefined,
      never,
    );
    expect(count).toBe(2_000);
    expect(most).toBeLessThanOrEqual(500);
    expect(most).toBeGreaterThan(100);
  });

  it('ends when it is told to, and has waited for what was sent', async () => {
    const controller = new AbortController();
    const lines = new PassThrough();
    lines.write('a\nb\n');
    const counts = await addMany(
      lines,
      added,
      async ({ line }) => {
        if (line === 2) controller.abort();
      },
      controller.signal,
    );
    expect(counts).toMatchObject({ added: 2, failed: 0 });
  });

  it('knows how far it is in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'warren-lines-'));
    const file = join(folder, 'lines');
    writeFileSync(file, 'a\nb\nc\n');
    const handle = createReadStream(file);
    await new Promise((resolve) => handle.once('open', resolve));
    const counts = await addMany(handle, added, async () => undefined, never);
    rmSync(folder, { recursive: true });
    expect(counts).toEqual({ added: 3, failed: 0, fraction: 1 });
  });
});
