import { ConsoleLogger } from '@nestjs/common';
import type { ConsoleLoggerOptions, LoggerService, LogLevel } from '@nestjs/common';
import { workerNumber } from '../supervising/worker-number';
import { EventLine } from './event-line';
import { runningTask } from './running-task';

/** `pretty`: lines for people. `json`: one JSON object a line, for machines. */
export type LogFormat = 'pretty' | 'json';

const LEVELS: Record<LogFormat, LogLevel[]> = {
  pretty: ['fatal', 'error', 'warn', 'log'],
  json: ['fatal', 'error', 'warn', 'log', 'debug'], // with an event for the start and the end of each task
};

/**
 * Writes JSON that also says which task a line is about, or whose handler has written it; and which of a supervisor's workers: they
 * share one stream.
 */
class JsonLogger extends ConsoleLogger {
  private readonly task = runningTask();

  constructor(
    private readonly worker: number | undefined,
    options: ConsoleLoggerOptions,
  ) {
    super(options);
  }

  protected override getJsonLogObject(...line: Parameters<ConsoleLogger['getJsonLogObject']>): JsonLine {
    const [message] = line;
    const task = message instanceof EventLine ? EventLine.taskOf(message) : this.task();
    const { worker } = this;
    return Object.assign(super.getJsonLogObject(...line), task, worker === undefined ? {} : { worker });
  }
}

type JsonLine = ReturnType<ConsoleLogger['getJsonLogObject']>;

/**
 * The logger of an app: Nest's own console logger. `NEST_LOG_LEVEL` chooses the levels as anywhere in Nest (for example
 * `NEST_LOG_LEVEL='>=debug'`); not set: from `log` on, in JSON from `debug` on. Colours only on a terminal, and not with
 * `NO_COLOR`. The lines of a supervised worker carry its number: `[worker 2]` for `[Nest]`, in JSON the field `worker`. In JSON the lines
 * about a task, and those that its handler writes, carry its `taskId`, `queue`, `attempt` and `traceId` ({@link runningTask} says what that costs).
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
  const named = worker === undefined ? options : { ...options, prefix: `worker ${worker}` };
  return format === 'json' ? new JsonLogger(worker, named) : new ConsoleLogger(named);
}
