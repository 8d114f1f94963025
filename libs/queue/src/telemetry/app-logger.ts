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
 * `NEST_LOG_LEVEL='>=debug'`); not set: from `log` on, in JSON from `debug` on. `NO_COLOR` is honoured.
 */
export function appLogger(format: LogFormat): LoggerService {
  const isLevelSet = (process.env['NEST_LOG_LEVEL'] ?? '') !== '';
  return new ConsoleLogger({ json: format === 'json', ...(isLevelSet ? {} : { logLevels: LEVELS[format] }) });
}
