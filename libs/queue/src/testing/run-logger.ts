import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { LoggerService } from '@nestjs/common';
import { currentRun } from './run-notes';
import type { LogLine } from './run-notes';

/** Nest keeps the logger of the process where only loggers reach it. */
class CurrentLogger extends Logger {
  static get current(): LoggerService | undefined {
    return this.staticInstanceRef;
  }
}

/** Notes what is logged in a run; the rest goes on to the logger that was there. */
class RunLogger implements LoggerService {
  constructor(private readonly rest: LoggerService | undefined) {}

  log = this.noted('log');
  error = this.noted('error');
  warn = this.noted('warn');
  debug = this.noted('debug');
  verbose = this.noted('verbose');
  fatal = this.noted('fatal');

  private noted(level: LogLine['level']): (message: unknown, ...further: unknown[]) => void {
    return (message, ...further) => {
      const run = currentRun();
      const context = further.at(-1);
      if (run === undefined) this.rest?.[level]?.(message, ...further);
      else
        run.log.push({ level, context: typeof context === 'string' ? context : undefined, message: textOf(message) });
    };
  }
}

let working = 0;
let before: LoggerService | undefined;

/** Listens to Nest's logger while some work goes on, and puts back the one that was there. */
export async function listeningToLogs<Result>(work: () => Promise<Result>): Promise<Result> {
  if (working === 0) {
    before = CurrentLogger.current;
    Logger.overrideLogger(new RunLogger(before));
  }
  working += 1;
  try {
    return await work();
  } finally {
    working -= 1;
    if (working === 0) Logger.overrideLogger(before ?? false);
  }
}

/** Without colours, whatever it is. */
function textOf(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : inspect(message, { breakLength: Infinity });
}
