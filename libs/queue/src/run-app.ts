import type { Server } from 'node:http';
import { Logger } from '@nestjs/common';
import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import { TaskServer } from './consuming/task-server';
import { QueueEvents } from './events';
import { QueueHealth } from './health/queue-health';
import { MetricsSource } from './metrics/metrics-source';
import { failureText, printFailure } from './start-failure';
import { StopWishes } from './stop-wishes';
import { SupervisorLink } from './supervising/supervisor-link';

/** What is still being answered when the app no longer listens has so long to end. */
const HTTP_GRACE_MS = 3_000;

/** After a second signal nothing may hold the process longer than this, a thread in native code included. */
const HURRY_MS = 5_000;

/**
 * The life of an app's process, for its `main.ts`. Creates and starts it; an error of ours on the way is printed as
 * its one sentence and the process exits with 1. SIGTERM or SIGINT stops it politely, also while it starts, and exits
 * with 0 (1 when stopping fails); a second signal, half a second later or more, ends the waiting for running tasks, which
 * go back to their queues; five seconds later what has not stopped is ended by SIGKILL. Under a supervisor ({@link runWorkers})
 * it obeys that one's orders as well and reports to it. `Steering.stop` for this worker is such a wish too.
 */
export function runApp<App extends INestApplicationContext>(
  name: string,
  create: () => Promise<App>,
  start: (app: App) => Promise<unknown>,
): void {
  const logger = new Logger(name);
  const supervisor = SupervisorLink.ofThisProcess();
  let app: App | undefined;
  let isHurried = false;

  const stop = async (): Promise<void> => {
    try {
      if (app !== undefined) endLingeringConnections(app, () => isHurried);
      await app?.close();
      process.exit(0);
    } catch (error) {
      logger.error(`The ${name} could not stop as it should: ${failureText(error)}`);
      process.exit(1);
    }
  };

  const wishes = new StopWishes({
    stop: (why) => {
      logger.log(`${why}: stopping`);
      void stop();
    },
    hurry: (why) => {
      logger.warn(`${why}: not waiting any longer`);
      isHurried = true;
      app?.get(TaskServer, { strict: false }).hurry();
      setTimeout(() => {
        logger.error(`The ${name} did not stop within ${HURRY_MS} ms; what it held goes back to the broker`);
        process.kill(process.pid, 'SIGKILL'); // process.exit() would wait for a thread that is in native code
      }, HURRY_MS).unref();
    },
  });
  wishes.hearSignals();
  supervisor?.obey(wishes);

  const run = async (): Promise<void> => {
    app = await create();
    if (wishes.isStopping) return;
    eventsOf(app)?.on('worker.dismissed', ({ by }) => {
      supervisor?.leave(`${by} asked for it`);
      wishes.stop(`${by} asked for it`);
    });
    if (supervisor !== undefined) reportTo(supervisor, app);
    await start(app);
    supervisor?.started();
  };

  run().catch(async (error: unknown) => {
    if (wishes.isStopping) return; // it was told to stop while it started
    if (supervisor === undefined) printFailure(name, failureText(error));
    else await supervisor.startFailed(failureText(error));
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

/** An app without a QueueModule has none, and no worker that could be dismissed. */
function eventsOf(app: INestApplicationContext): QueueEvents | undefined {
  try {
    return app.get(QueueEvents, { strict: false });
  } catch {
    return undefined;
  }
}

function reportTo(supervisor: SupervisorLink, app: INestApplicationContext): void {
  const health = app.get(QueueHealth, { strict: false });
  const server = app.get(TaskServer, { strict: false });
  supervisor.report(app.get(QueueEvents, { strict: false }), () => ({
    ...health.readiness(),
    running: server.running,
  }));
  const source = metricsOf(app);
  supervisor.answer(async () => (await source?.metrics()) ?? []);
}

/** Only who imports `MetricsModule` has them. */
function metricsOf(app: INestApplicationContext): MetricsSource | undefined {
  try {
    return app.get(MetricsSource, { strict: false });
  } catch {
    return undefined;
  }
}
