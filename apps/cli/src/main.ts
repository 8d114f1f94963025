import { CommanderError } from 'commander';
import type { Environment } from '@app/queue/operating';
import { commands } from './command-names';
import { InterruptedError, exitCode } from './exit-codes';
import { buildProgram } from './program';
import type { CarryOut } from './program';
import { inertLines } from './terminal/inert-text';
import type { Streams } from './terminal/streams';

export { processEnvironment } from './cli.configuration';

/** All that the command line has to do with outside of it, so that a test can bring its own. */
export interface Surroundings {
  readonly streams: Streams;
  readonly environment: Environment;
  /** Looks for a broker that belongs to this checkout; asked when nobody names one. */
  readonly localBroker: () => Promise<string | undefined>;
  /** Fires when the command shall end politely. */
  readonly signal: AbortSignal;
  /** What `--version` prints. */
  readonly version: string;
  /** The words that start this program, for a shell that shall start it. */
  readonly program: readonly string[];
  /** The folder of the checkout that it belongs to. */
  readonly checkout: string;
}

/** What every command may be told. */
interface CommonOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** Columns of help where nobody reads it on a terminal. */
const HELP_WIDTH = 100;

/** Behind why a broker does not answer: it may not be the one that was meant, and there may be none. */
const WHICH_BROKER =
  'The broker is the one of --url or AMQP_URL, or the one that npm start or npm run broker keeps here.';

/** Carries out what the arguments say. Never rejects; resolves with the exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { streams } = surroundings;
  const say = (text: string): void => void streams.stderr.write(`${text}\n`);
  let code: number = exitCode.done;
  const program = buildProgram(
    async (...typed) => {
      code = await carriedOut(surroundings, ...typed);
    },
    {
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
      outputError: (text) => say(complaint(text.trimEnd().replace(/^error: /, ''))),
      getOutHelpWidth: () => streams.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => streams.stderr.columns ?? HELP_WIDTH,
    },
    surroundings.version,
  );
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      say(complaint(messageOf(error)));
      return exitCode.failed;
    }
    if (error.exitCode === 0) return exitCode.done;
    if (error.code !== 'commander.help') say('--help behind a command says how it is used.');
    return exitCode.wrongUsage;
  }
}

/** Nothing that a command needs is loaded before one is carried out: help and version have to be there at once. */
async function carriedOut(
  { streams, environment, signal, ...others }: Surroundings,
  ...[name, options, listed]: Parameters<CarryOut>
): Promise<number> {
  const { url, json }: CommonOptions = options;
  const [{ Desk, exitCodeOf }, { Screen }, command] = await Promise.all([
    import('./commands/desk.js'),
    import('./terminal/screen.js'),
    commands[name](),
  ]);
  const screen = new Screen(streams, environment);
  const desk = new Desk(screen, { ...others, environment, signal, url, json: json === true });
  try {
    return await command(desk, options, ...listed.map((list) => [...list]));
  } catch (error) {
    if (error instanceof InterruptedError) return exitCode.interrupted;
    screen.note(complaint(messageOf(error)));
    const code = signal.aborted ? exitCode.interrupted : exitCodeOf(error);
    if (code === exitCode.wrongUsage) screen.note(`warren ${name} --help says how it is used.`);
    if (code === exitCode.noBroker) screen.note(WHICH_BROKER);
    return code;
  } finally {
    await desk.close();
  }
}

/** Loads all that any command needs: for whoever keeps what was made of it, so that the next start is sooner. */
export async function loadEverything(): Promise<void> {
  const loading = [import('./commands/desk.js'), import('./terminal/screen.js')];
  await Promise.all([...loading, ...Object.values(commands).map((load) => load())]);
}

function complaint(message: string): string {
  return inertLines(`warren: ${message}`, '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
