import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { argvOf } from './typed-command';
import { waitFor } from './wait-for';

const ROOT = join(__dirname, '../..');

/** How a process ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program in a process of its own, and every line it writes. */
export class TestProcess {
  /** The lines of standard output; where an app writes JSON, what its tutorial's handler prints stands here as people see it. */
  readonly stdout: string[] = [];
  /** The same, as they came. */
  readonly written: string[] = [];
  readonly stderr: string[] = [];
  private readonly ended: Promise<Exit>;

  private constructor(
    private readonly child: ChildProcessByStdio<null, Readable, Readable>,
    private readonly isShell: boolean,
  ) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.written.push(line);
      this.stdout.push(printedBy(line));
    });
    createInterface({ input: child.stderr }).on('line', (line) => this.stderr.push(line));
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Starts a program with only these variables besides the ones every program needs; stop it on the line that starts it. */
  static start(command: string, args: readonly string[], env: Record<string, string> = {}): TestProcess {
    return new TestProcess(spawned(command, args, env, ROOT), false);
  }

  /** Starts a command line of the manuals as it is typed there, without npm or npx in between, whose signals would end those alone. */
  static typed(line: string, env: Record<string, string> = {}): TestProcess {
    const [program = '', ...args] = argvOf(line);
    return TestProcess.start(program === 'node' ? process.execPath : program, args, env);
  }

  /** Starts a built app (`dist/`, which the e2e set-up brings up to date). */
  static app(name: 'producer' | 'worker' | 'dashboard', env: Record<string, string>): TestProcess {
    return TestProcess.start(process.execPath, [programOf(name)], env);
  }

  /** The same, as a terminal starts it: at the head of a process group of its own, which Ctrl-C reaches as a whole. */
  static foreground(name: 'producer' | 'worker' | 'dashboard', env: Record<string, string>): TestProcess {
    return TestProcess.start('setsid', [process.execPath, programOf(name)], env);
  }

  /**
   * Types a command line into a shell, in a folder of the test's own: `&&`, variables and redirections mean what they mean to its reader. The
   * shell is at the head of a process group too, and `stop` ends all that it has started.
   */
  static shell(line: string, env: Record<string, string>, folder: string): TestProcess {
    return new TestProcess(spawned('setsid', ['bash', '-c', line], env, folder), true);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The process could not be started.');
    return this.child.pid;
  }

  /** What it has written to both streams: the message of a failed assertion should show it. */
  get output(): string {
    return [...this.stdout, ...this.stderr].join('\n');
  }

  /** The events of the library among the JSON lines (`LOG_FORMAT=json`; errors are on standard error), of one name when it is given. `from`: which of a supervisor's workers wrote it. */
  events(name?: string): Record<string, unknown>[] {
    return [...this.stdout, ...this.stderr]
      .flatMap(readEvent)
      .filter((event) => name === undefined || event['event'] === name);
  }

  /** Waits for a line of standard output; returns it. */
  async line(pattern: string | RegExp, timeout?: number): Promise<string> {
    const matches = (line: string): boolean =>
      typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
    return waitFor(
      () => `a line with ${String(pattern)}; it wrote:\n${this.output}`,
      () => this.stdout.find(matches),
      timeout,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ctrl-C, for what was started in the foreground or by a shell. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  /** Waits until it has ended and all its output is read. */
  async exit(timeout?: number): Promise<Exit> {
    await waitFor(
      () => `process ${this.pid} to end; it wrote:\n${this.output}`,
      () => this.child.exitCode !== null || this.child.signalCode !== null,
      timeout,
    );
    return this.ended;
  }

  /** Waits until it has ended, and fails with what it wrote when it did not end well. */
  async endsWell(timeout?: number): Promise<void> {
    const { code, signal } = await this.exit(timeout);
    if (code !== 0) throw new Error(`Process ${this.pid} ended with ${signal ?? code}; it wrote:\n${this.output}`);
  }

  /** Ends it with SIGKILL when it still runs; of a shell what it has started as well. Can be called twice. */
  async stop(): Promise<void> {
    if (this.isShell) killGroup(this.pid);
    this.child.kill('SIGKILL');
    if (this.child.pid !== undefined) await this.ended;
  }
}

function spawned(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): ChildProcessByStdio<null, Readable, Readable> {
  const { PATH, HOME, WARREN_PORTS } = process.env;
  return spawn(command, args, { cwd, env: { PATH, HOME, WARREN_PORTS, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // nobody is left of it
  }
}

function programOf(app: 'producer' | 'worker' | 'dashboard'): string {
  return join('dist/apps', app, 'apps', app, 'src/main.js');
}

function printedBy(line: string): string {
  if (!line.includes('"context":"Tutorial"')) return line;
  return (JSON.parse(line) as { message: string }).message;
}

function readEvent(line: string): Record<string, unknown>[] {
  if (!line.startsWith('{')) return [];
  const { message, worker } = JSON.parse(line) as { message?: unknown; worker?: number };
  if (typeof message !== 'object' || message === null || !('event' in message)) return [];
  return [worker === undefined ? { ...message } : { from: worker, ...message }];
}
