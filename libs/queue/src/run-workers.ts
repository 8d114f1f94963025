import { Logger } from '@nestjs/common';
import { QueueEvents } from './events';
import type { ListenAddress } from './listen';
import { failureText, printFailure } from './start-failure';
import { StopWishes } from './stop-wishes';
import { forkWorker } from './supervising/fork-worker';
import { answerHealth } from './supervising/health-server';
import { Supervisor } from './supervising/supervisor';
import type { SupervisionSettings } from './supervising/supervisor';
import { workerNumber } from './supervising/worker-number';
import { appLogger } from './telemetry/app-logger';
import type { LogFormat } from './telemetry/app-logger';
import { logEvents } from './telemetry/log-events';

/** What {@link runWorkers} needs to know before any worker is made: the app's own settings and those of the queues. */
export interface WorkersOptions extends SupervisionSettings {
  /** Where the supervisor answers health checks and `/metrics` for all its workers. Not used when `processes` is 1. */
  readonly address: ListenAddress;
  readonly logFormat: LogFormat;
}

/**
 * The life of a worker's program, for its `main.ts`: one process, or a supervisor and as many workers as `processes` says, each of them
 * this same program.
 *
 * With 1, `work(false)` is called and nothing else happens. Otherwise this process only supervises: it starts the workers, in
 * which `work(true)` is called, starts those again that die, answers health checks and `/metrics` for all of them, and passes on the wish
 * to stop.
 * It exits with 0 when each of them did, and with 1 when one did not, when a worker dies at once again and again, or when
 * the first one cannot start. `work` is to call {@link runApp}, and not to listen when it is supervised.
 *
 * @param options is called once in a process that nobody supervises; a ConfigurationError from it is printed, and the process exits with 1.
 */
export function runWorkers(name: string, options: () => WorkersOptions, work: (isSupervised: boolean) => void): void {
  if (workerNumber() !== undefined) {
    work(true);
    return;
  }
  try {
    const given = options();
    if (given.processes > 1) supervise(name, given).catch((error: unknown) => fail(name, error));
    else work(false);
  } catch (error) {
    fail(name, error);
  }
}

async function supervise(name: string, options: WorkersOptions): Promise<void> {
  Logger.overrideLogger(appLogger(options.logFormat));
  const events = logEvents(new QueueEvents());
  const supervisor = new Supervisor(options, forkWorker, events, (text) => printFailure(name, text));
  const wishes = new StopWishes({ stop: (why) => supervisor.stop(why), hurry: (why) => supervisor.hurry(why) });
  wishes.hearSignals();
  await answerHealth(supervisor, options.address);
  process.exit((await supervisor.run()) ? 0 : 1);
}

function fail(name: string, error: unknown): never {
  printFailure(name, failureText(error));
  process.exit(1);
}
