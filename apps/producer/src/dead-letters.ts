import { ConnectionRefusedError, DeadLetterQueues, NotConnectedError } from '@app/queue';
import { NestFactory } from '@nestjs/core';
import { UsageError, readArguments } from './dead-letters/arguments';
import { inertLines } from './dead-letters/inert-text';
import { exitCode, runCommand } from './dead-letters/run-command';
import { Screen } from './dead-letters/screen';
import { USAGE } from './dead-letters/usage';
import { QueueOnlyModule } from './queue-only.module';

/** `npm run dead-letters`: looks into the dead-letter queues, gives tasks back, throws them away. */
async function main(args: readonly string[]): Promise<number> {
  const screen = new Screen();
  const command = readArguments(args, Date.now());
  if (command === undefined) {
    await screen.result(USAGE);
    return exitCode.done;
  }
  const app = await NestFactory.createApplicationContext(QueueOnlyModule, { logger: false, abortOnError: false });
  try {
    return await runCommand(command, app.get(DeadLetterQueues), screen, endOfInterest());
  } finally {
    await app.close();
  }
}

/** Fires on the first Ctrl-C or SIGTERM, and when nobody reads the output any more (`| head`). A second signal ends the process. */
function endOfInterest(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  process.stdout.on('error', end);
  return controller.signal;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCode.wrongUsage;
  return error instanceof NotConnectedError || error instanceof ConnectionRefusedError
    ? exitCode.noBroker
    : exitCode.failed;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${inertLines(`dead-letters: ${why}`, '')}\n`);
    if (error instanceof UsageError) process.stderr.write('--help says how it is used.\n');
    process.exitCode = exitCodeOf(error);
  },
);
