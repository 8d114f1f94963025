import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import type { Paint } from './rendering';

const REFRESH_MS = 200;
const PLAIN_LINE_MS = 3_000;
const BAR_CHARACTERS = 30;

/** How far the work is. */
export interface Progress {
  readonly label: string;
  readonly looked: number;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/**
 * Standard output for results, standard error for everything that is about them. Bars and colours on terminals only;
 * `NO_COLOR` is honoured.
 */
export class Screen {
  private isBarShown = false;
  private shownAt = performance.now();

  /** Whether somebody can be asked. */
  get isAttended(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  /** Colours what is written to standard output. */
  readonly paint: Paint = (style, text) =>
    process.stdout.isTTY && process.stdout.hasColors() ? styleText(style, text, { validateStream: false }) : text;

  /** Writes one result, and waits until it is on its way: whoever reads slowly is not run over, whoever left is no error. */
  async result(line: string): Promise<void> {
    this.clear();
    await new Promise<void>((resolve) => {
      process.stdout.write(`${line}\n`, () => resolve());
    });
  }

  /** Something about the results. */
  note(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
  }

  /** Shows how far the work is, not more often than it can be read. */
  progress({ label, looked, total, done, failed }: Progress): void {
    const now = performance.now();
    if (now - this.shownAt < (process.stderr.isTTY ? REFRESH_MS : PLAIN_LINE_MS)) return;
    this.shownAt = now;
    const filled = Math.round((BAR_CHARACTERS * Math.min(looked, total)) / Math.max(total, 1));
    const bar = process.stderr.isTTY ? `${'█'.repeat(filled)}${'░'.repeat(BAR_CHARACTERS - filled)} ` : '';
    const text = `  ${label} ${bar}${looked} of ${total} looked at, ${done} done${failed === 0 ? '' : `, ${failed} failed`}`;
    const width = process.stderr.columns > 0 ? process.stderr.columns - 1 : Infinity; // a terminal may not tell
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text.slice(0, width)}` : `${text}\n`);
    this.isBarShown = process.stderr.isTTY;
  }

  /** Asks for a yes; everything else is a no. */
  async agrees(question: string): Promise<boolean> {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(?:es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
    } finally {
      prompt.close();
    }
  }

  private clear(): void {
    if (this.isBarShown) process.stderr.write('\r\x1b[K');
    this.isBarShown = false;
  }
}
