import { QueueError } from './errors';

/** An error as it is told when a process cannot start or stop: ours as its sentence, any other one with its stack. */
export function failureText(error: unknown): string {
  if (error instanceof QueueError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Says on standard error why a process ends instead of starting. */
export function printFailure(name: string, text: string): void {
  process.stderr.write(`${name}: ${text}\n`);
}
