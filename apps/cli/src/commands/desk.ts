import { hostname, userInfo } from 'node:os';
import {
  AccessDeniedError,
  ConfigurationError,
  InvalidAddOptionsError,
  InvalidOrderError,
  InvalidPayloadError,
  NotConnectedError,
  QueueOperations,
  TaskRegistry,
} from '@app/queue/operating';
import type { BrokerFacts, Environment, TaskHistory } from '@app/queue/operating';
import { allEvents, allTasks } from '@app/tasks';
import { InterruptedError, UsageError, exitCode } from '../exit-codes';
import type { Screen } from '../terminal/screen';
import { untilAborted } from '../waiting';
import { readConfiguration } from './read-configuration';
import type { BrokerWishes, CliConfiguration } from './read-configuration';

/** What a command is given besides its own options and arguments. */
export interface DeskOptions extends BrokerWishes {
  readonly environment: Environment;
  /** Whether results are JSON. */
  readonly json: boolean;
  /** Fires on the first Ctrl-C or SIGTERM, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** The words that start this program, for a shell that shall start it. */
  readonly program: readonly string[];
  /** The folder of the checkout, in which the snapshot of the contracts is. */
  readonly checkout: string;
}

/** What every command has at hand: the screen, the definitions, the broker's queues. Made for one command, and closed with it. */
export class Desk {
  readonly registry = new TaskRegistry(allTasks, [], allEvents);
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly program: readonly string[];
  readonly checkout: string;
  private read: Promise<CliConfiguration> | undefined;
  private opened: QueueOperations | undefined;

  constructor(
    readonly screen: Screen,
    private readonly options: DeskOptions,
  ) {
    this.json = options.json;
    this.signal = options.signal;
    this.program = options.program;
    this.checkout = options.checkout;
  }

  /** Who does what the command does, for those who read about it: user and host. */
  get operator(): string {
    try {
      return `${userInfo().username}@${hostname()}`;
    } catch {
      return `somebody@${hostname()}`; // a user id without a name, as containers have them
    }
  }

  /** @throws ConfigurationError */
  configuration(): Promise<CliConfiguration> {
    this.read ??= readConfiguration(this.options.environment, this.options);
    return this.read;
  }

  /** The queues, without a connection so far. @throws ConfigurationError */
  async operations(): Promise<QueueOperations> {
    const configuration = await this.configuration();
    this.opened ??= new QueueOperations({ ...configuration, tasks: allTasks, events: allEvents });
    return this.opened;
  }

  /** The queues of a broker that answers. @throws ConfigurationError, NotConnectedError, AccessDeniedError */
  async reach(): Promise<{ readonly operations: QueueOperations; readonly broker: BrokerFacts }> {
    const operations = await this.operations();
    return { operations, broker: await operations.broker() };
  }

  /** What happened, read to its end. @throws as {@link reach}, and an Error that says why nobody can know. */
  async history(): Promise<TaskHistory> {
    const { operations } = await this.reach();
    return this.upToDate(operations.history);
  }

  /** The same, of the last so many milliseconds alone: who asks for workers need not wait for what happened a week ago. */
  async recent(milliseconds: number): Promise<TaskHistory> {
    const { operations } = await this.reach();
    return this.upToDate(operations.recent(Date.now() - milliseconds));
  }

  /** Opens what tells what happened, and has it read what was there. @throws InterruptedError; an Error that says why nobody can know. */
  async upToDate<Reading extends Pick<TaskHistory, 'open' | 'problem'>>(reading: Reading): Promise<Reading> {
    await Promise.race([reading.open(), untilAborted(this.signal)]);
    if (this.signal.aborted) throw new InterruptedError();
    if (reading.problem !== undefined)
      throw new Error(`What happened is not known (${reading.problem}). Everything else goes on without it.`);
    return reading;
  }

  /** Ends what is shown and what is open. */
  async close(): Promise<void> {
    this.screen.clear();
    await this.opened?.close();
  }
}

/** A command: what it does with its options and its arguments, each a list. Resolves with the exit code. */
export type CommandOf<Options> = (desk: Desk, options: Options, ...args: readonly string[][]) => Promise<number>;

const WRONG_USAGE = [UsageError, ConfigurationError, InvalidPayloadError, InvalidAddOptionsError, InvalidOrderError];
const NO_BROKER = [NotConnectedError, AccessDeniedError];

/** The exit code that tells the kind of what ended a command. */
export function exitCodeOf(error: unknown): number {
  if (WRONG_USAGE.some((kind) => error instanceof kind)) return exitCode.wrongUsage;
  return NO_BROKER.some((kind) => error instanceof kind) ? exitCode.noBroker : exitCode.failed;
}
