import { ConsoleLogger } from '@nestjs/common';
import type { ConsoleLoggerOptions, LoggerService, LogLevel } from '@nestjs/common';
import { workerNumber } from '../supervising/worker-number';

/** `pretty`: lines for people. `json`: one JSON object a line, for machines. */
export type LogFormat = 'pretty' | 'json';

const LEVELS: Record<LogFormat, LogLevel[]> = {
  pretty: ['fatal', 'error', 'warn', 'log'],
  json: ['fatal', 'error', 'warn', 'log', 'debug'], // with an event for the start and the end of each task
};

/** Writes JSON that also says which of a supervisor's workers it is: they share one stream. */
class WorkerLogger extends ConsoleLogger {
  constructor(
    private readonly worker: number,
    options: ConsoleLoggerOptions,
  ) {
    super(options);
  }

  protected override getJsonLogObject(...line: Parameters<ConsoleLogger['getJsonLogObject']>): JsonLine {
    return Object.assign(super.getJsonLogObject(...line), { worker: this.worker });
  }
}

type JsonLine = ReturnType<ConsoleLogger['getJsonLogObject']>;

/**
 * The logger of an app: Nest's own console logger. `NEST_LOG_LEVEL` chooses the levels as anywhere in Nest (for example
 * `NEST_LOG_LEVEL='>=debug'`); not set: from `log` on, in JSON from `debug` on. Colours only on a terminal, and not with
 * `NO_COLOR`. The lines of a supervised worker carry its number: `[worker 2]` for `[Nest]`, in JSON the field `worker`.
 */
export function appLogger(format: LogFormat): LoggerService {
  // oxlint-disable-next-line node/no-process-env -- Nest's and the terminal's own variables, read where Nest's logger is made
  const { NEST_LOG_LEVEL, NO_COLOR } = process.env;
  const isLevelSet = (NEST_LOG_LEVEL ?? '') !== '';
  const isTerminal: boolean | undefined = process.stdout.isTTY; // undefined, not false, on a pipe
  const hasColors = format === 'pretty' && (isTerminal ?? false) && (NO_COLOR ?? '') === '';
  const worker = workerNumber();
  const options: ConsoleLoggerOptions = {
    json: format === 'json',
    colors: hasColors,
    ...(isLevelSet ? {} : { logLevels: LEVELS[format] }),
  };
  return worker === undefined
    ? new ConsoleLogger(options)
    : new WorkerLogger(worker, { ...options, prefix: `worker ${worker}` });
}
