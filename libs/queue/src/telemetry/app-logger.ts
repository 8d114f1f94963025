import { ConsoleLogger } from '@nestjs/common';
import type { LoggerService, LogLevel } from '@nestjs/common';

/** `pretty`: lines for people. `json`: one JSON object a line, for machines. */
export type LogFormat = 'pretty' | 'json';

const LEVELS: Record<LogFormat, LogLevel[]> = {
  pretty: ['fatal', 'error', 'warn', 'log'],
  json: ['fatal', 'error', 'warn', 'log', 'debug'], // with an event for the start and the end of each task
};

/**
 * The logger of an app: Nest's own console logger. `NEST_LOG_LEVEL` chooses the levels as anywhere in Nest (for example
 * `NEST_LOG_LEVEL='>=debug'`); not set: from `log` on, in JSON from `debug` on. Colours only on a terminal, and not with
 * `NO_COLOR`.
 */
export function appLogger(format: LogFormat): LoggerService {
  // oxlint-disable-next-line node/no-process-env -- Nest's and the terminal's own variables, read where Nest's logger is made
  const { NEST_LOG_LEVEL, NO_COLOR } = process.env;
  const isLevelSet = (NEST_LOG_LEVEL ?? '') !== '';
  const isTerminal: boolean | undefined = process.stdout.isTTY; // undefined, not false, on a pipe
  const hasColors = format === 'pretty' && (isTerminal ?? false) && (NO_COLOR ?? '') === '';
  return new ConsoleLogger({
    json: format === 'json',
    colors: hasColors,
    ...(isLevelSet ? {} : { logLevels: LEVELS[format] }),
  });
}
