import type { LogFormat } from '@app/queue';
import { Logger } from '@nestjs/common';

/** Writes one line to stdout. */
export type Print = (line: string) => void;

/**
 * How the tutorial's worker prints: in one piece and without a logger's prefix, what people and scripts of the tutorial read. Where
 * all lines are JSON these are log lines as well, which say their task.
 */
export function printer(format: LogFormat): Print {
  if (format === 'pretty') return (line) => process.stdout.write(`${line}\n`);
  const logger = new Logger('Tutorial');
  return (line) => logger.log(line);
}

/** What the tutorial's worker prints once it consumes. */
export function announceWaiting(print: Print): void {
  print(' [*] Waiting for messages. To exit press CTRL+C');
}
