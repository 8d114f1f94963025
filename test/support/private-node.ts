import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { rabbitmqctl } from './rabbitmqctl';

const KEEPER = join(__dirname, '../../scripts/lib/broker/node-keeper.mjs');

interface KeeperEvent {
  readonly event: string;
  readonly url: string;
  readonly pid?: number;
  readonly message?: string;
}

/**
 * A broker of a test's own, for tests that kill it; everybody else shares the suite's (see Vhost). Takes 3 to 10 seconds to start.
 * On a single node a queue that was declared in the last seconds before `kill` may be lost with its messages, a quorum queue
 * and a classic one: that is RabbitMQ's, so such a test calls `writeDownQueues` before.
 */
export class PrivateNode {
  private constructor(
    private readonly keeper: ChildProcessByStdio<Writable, Readable, null>,
    private readonly events: AsyncIterator<string>,
    readonly directory: string,
    /** Stays the same over kill and restart. */
    readonly url: string,
  ) {}

  /**
   * Starts one; stop it on the line that starts it (`afterAll(() => node.stop())`), which removes its folder.
   * @param directory default: a new one
   */
  static async start(directory = mkdtempSync(join(tmpdir(), 'warren-test-'))): Promise<PrivateNode> {
    // The suite's own set-up has found out what can run a broker here and would have failed otherwise.
    const kind = process.env['WARREN_TEST_NODE_KIND'];
    const options = JSON.stringify({ kind, directory, temporary: true });
    const keeper = spawn(process.execPath, [KEEPER, options], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    const events = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
    const { url } = await next(events);
    return new PrivateNode(keeper, events, directory, url);
  }

  /** Ends the broker as a power cut would: SIGKILL. */
  async kill(): Promise<void> {
    await this.command('kill');
  }

  /**
   * Makes the broker write onto its disk what it knows of new queues: Mnesia's log and Ra's tables, which it keeps in memory for
   * up to 5 s otherwise (Khepri, from RabbitMQ 4.0 on, does so by itself).
   */
  async writeDownQueues(): Promise<void> {
    await rabbitmqctl(this, 'eval', '[catch dets:sync(Table) || Table <- dets:all()], catch mnesia:sync_log().');
  }

  /** Boots it again with the same ports and data; resolves when it answers a login. */
  async restart(): Promise<void> {
    await this.command('restart');
  }

  /** Ends the process that keeps the broker as a crash would; the broker is left behind. */
  async killKeeper(): Promise<void> {
    this.keeper.kill('SIGKILL');
    await once(this.keeper, 'exit');
  }

  /** Can be called twice. */
  async stop(): Promise<void> {
    this.keeper.stdin.end();
    if (this.keeper.exitCode === null && this.keeper.signalCode === null) await once(this.keeper, 'exit');
  }

  private async command(command: 'kill' | 'restart'): Promise<void> {
    this.keeper.stdin.write(`${command}\n`);
    await next(this.events);
  }
}

async function next(events: AsyncIterator<string>): Promise<KeeperEvent> {
  const { value, done } = await events.next();
  if (done === true) throw new Error('The keeper of the private broker has ended.');
  const event = JSON.parse(value) as KeeperEvent;
  if (event.event === 'failed') throw new Error(event.message);
  if (event.event === 'held') throw new Error('The folder is held by another node.');
  return event;
}
