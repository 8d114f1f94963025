import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';

/** What Nest's logger is told by the library, one sentence a line with its level in front: `warn: lost the connection ...`. */
export class LogLines implements LoggerService {
  readonly lines: string[] = [];
  log = this.recorder('log');
  warn = this.recorder('warn');
  error = this.recorder('error');

  /** The lines since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }

  /** Nest gives the context last, after an error's stack. */
  private recorder(level: string): (message: unknown, ...rest: unknown[]) => void {
    return (message, ...rest) => {
      if (rest.at(-1) === 'Warren') this.lines.push(`${level}: ${inspect(message)}`);
    };
  }
}
