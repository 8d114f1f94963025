import { Logger } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { TaskServer } from './consuming/task-server';
import { QueueError } from './errors';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ctrl-C reaches a whole process group, and a parent such as `nest start` passes it on as well: one wish, heard twice. */
const ECHO_MS = 500;

/**
 * The life of an app's process, for its `main.ts`. Creates and starts it; an error of ours on the way is printed as
 * its one sentence and the process exits with 1. SIGTERM or SIGINT stops it politely, also while it starts, and exits
 * with 0 (1 when stopping fails); a second signal, half a second later or more, ends the waiting for running tasks, which
 * go back to their queues.
 */
export function runApp<App extends INestApplicationContext>(
  name: string,
  create: () => Promise<App>,
  start: (app: App) => Promise<unknown>,
): void {
  const logger = new Logger(name);
  let app: App | undefined;
  let stopping: Promise<void> | undefined;
  let stoppingSince = 0;

  const stop = async (): Promise<void> => {
    try {
      await app?.close();
      process.exit(0);
    } catch (error) {
      logger.error(`The ${name} could not stop as it should: ${describe(error)}`);
      process.exit(1);
    }
  };

  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stopping === undefined) {
        logger.log(`${signal}: stopping`);
        stoppingSince = performance.now();
        stopping = stop();
      } else if (performance.now() - stoppingSince > ECHO_MS) {
        logger.warn(`${signal} again: not waiting for running tasks any longer`);
        app?.get(TaskServer, { strict: false }).hurry();
      }
    });
  }

  const run = async (): Promise<void> => {
    app = await create();
    if (stopping === undefined) await start(app);
  };

  run().catch((error: unknown) => {
    if (stopping !== undefined) return; // it was told to stop while it started
    process.stderr.write(`${name}: ${describe(error)}\n`);
    process.exit(1);
  });
}

function describe(error: unknown): string {
  if (error instanceof QueueError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
