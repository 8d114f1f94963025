import type { Server } from 'node:http';
import { Logger } from '@nestjs/common';
import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import { TaskServer } from './consuming/task-server';
import { QueueError } from './errors';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Ctrl-C reaches a whole process group, and a parent such as `nest start` passes it on as well: one wish, heard twice. */
const ECHO_MS = 500;

/** What is still being answered when the app no longer listens has so long to end. */
const HTTP_GRACE_MS = 3_000;

/** After a second signal nothing may hold the process longer than this. */
const HURRY_MS = 5_000;

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
  let isHurried = false;

  const stop = async (): Promise<void> => {
    try {
      if (app !== undefined) endLingeringConnections(app, () => isHurried);
      await app?.close();
      process.exit(0);
    } catch (error) {
      logger.error(`The ${name} could not stop as it should: ${describe(error)}`);
      process.exit(1);
    }
  };

  const hurry = (): void => {
    isHurried = true;
    app?.get(TaskServer, { strict: false }).hurry();
    setTimeout(() => {
      logger.error(`The ${name} did not stop within ${HURRY_MS} ms; what it held goes back to the broker`);
      process.exit(1);
    }, HURRY_MS).unref();
  };

  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stopping === undefined) {
        logger.log(`${signal}: stopping`);
        stoppingSince = performance.now();
        stopping = stop();
      } else if (!isHurried && performance.now() - stoppingSince > ECHO_MS) {
        logger.warn(`${signal} again: not waiting any longer`);
        hurry();
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

/** Closing an HTTP server waits for every connection, also for one on which nobody ever says a word. */
function endLingeringConnections(app: INestApplicationContext, isHurried: () => boolean): void {
  if (!isHttpApplication(app)) return;
  const server = app.getHttpServer() as Server;
  let closedAt: number | undefined;
  setInterval(() => {
    if (server.listening) return;
    closedAt ??= performance.now();
    if (isHurried() || performance.now() - closedAt > HTTP_GRACE_MS) server.closeAllConnections();
  }, 100).unref();
}

function isHttpApplication(app: INestApplicationContext): app is INestApplication {
  return 'getHttpServer' in app;
}

function describe(error: unknown): string {
  if (error instanceof QueueError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
