import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Holds back what a supervisor starts: a test can look what is said meanwhile, however slowly it looks. */
export class HeldStart {
  private readonly folder = mkdtempSync(join(tmpdir(), 'warren-held-'));
  private readonly file = join(this.folder, 'held');

  /** The variables of the supervisor; remove what they name on the line that makes this. */
  get env(): Record<string, string> {
    const code = `
      import { existsSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      while ('WARREN_WORKER' in process.env && existsSync(${JSON.stringify(this.file)})) await setTimeout(20);`;
    return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
  }

  /** What is started from now on does not begin before {@link letGo}. */
  hold(): void {
    writeFileSync(this.file, '');
  }

  letGo(): void {
    rmSync(this.file, { force: true });
  }

  /** Can be called twice. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
