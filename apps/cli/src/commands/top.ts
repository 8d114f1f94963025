import { UsageError, exitCode } from '../exit-codes';
import { queueDocument } from '../happened/queue-document';
import { onEndKey } from '../terminal/keys';
import { LiveScreen } from '../terminal/live-screen';
import { frameOf } from '../top/frame';
import type { Picture } from '../top/frame';
import { picturesOf } from '../top/pictures';
import { endsSoon } from '../waiting';
import type { Desk } from './desk';

/** `warren top`: queues, running tasks and failures, live. */
export async function top(desk: Desk): Promise<number> {
  return desk.json ? written(desk) : shown(desk);
}

/** For people: on a screen of its own, until they have seen enough. */
async function shown(desk: Desk): Promise<number> {
  const { stdin, stdout } = desk.screen.streams;
  if (stdin.isTTY !== true || stdout.isTTY !== true)
    throw new UsageError('top wants a terminal; with --json it writes a line a second for programs.');
  const { operations, broker } = await desk.reach();
  const counts = await operations.counts();
  void operations.history.open(); // what it has read so far is shown meanwhile
  const end = new AbortController();
  const stop = (): void => end.abort();
  desk.signal.addEventListener('abort', stop);
  const screen = new LiveScreen(stdout);
  screen.enter();
  const giveBack = onEndKey(stdin, stop);
  try {
    for await (const picture of picturesOf(operations, { broker, counts }, end.signal)) {
      screen.draw(frameOf(picture, desk.screen.paint));
    }
  } finally {
    giveBack();
    screen.leave();
  }
  return exitCode.done;
}

/** For programs: a picture a line. The first has what was told so far, where that is read soon. */
async function written(desk: Desk): Promise<number> {
  const { operations, broker } = await desk.reach();
  const [counts] = await Promise.all([operations.counts(), endsSoon(operations.history.open())]);
  for await (const picture of picturesOf(operations, { broker, counts }, desk.signal)) {
    await desk.screen.json(documentOf(picture));
  }
  return exitCode.done;
}

function documentOf({ now, broker, counts, queues, workers, running, failed, problem }: Picture): object {
  const merged = counts.queues.map((held) => queueDocument(held, queues));
  return { at: now, problem, broker, ...counts, queues: merged, workers, running, failed };
}
