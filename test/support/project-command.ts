import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesOf } from './processes-of';
import { TestProcess } from './process';

/** One of the project's commands, whose temporary files, and with them its processes, are known by a folder of the test's own. */
export class ProjectCommand {
  readonly folder = mkdtempSync(join(tmpdir(), 'warren-'));
  private program: TestProcess | undefined;

  /** @param command as it is typed without arguments: `npm run chaos` */
  constructor(private readonly command: string) {}

  /** @param flags without spaces in them */
  start(flags: readonly string[], env: Record<string, string> = {}): TestProcess {
    return this.typed(`${this.command} -- ${flags.join(' ')}`, env);
  }

  /** Starts the whole line as it is typed. */
  typed(line: string, env: Record<string, string> = {}): TestProcess {
    this.program = TestProcess.typed(line, { TMPDIR: this.folder, ...env });
    return this.program;
  }

  /** How many processes it has started and not ended; unknown where there is no `/proc`. */
  get processes(): number | undefined {
    return existsSync('/proc') ? processesOf(this.folder).length : undefined;
  }

  /** The processes and the files that are there now. */
  get left(): { readonly processes: readonly unknown[]; readonly files: readonly string[] } {
    return { processes: processesOf(this.folder), files: readdirSync(this.folder) };
  }

  /** Ends it, whatever it does, and removes its files. */
  async clear(): Promise<void> {
    await this.program?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
