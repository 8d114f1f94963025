import { createRequire } from 'node:module';
import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import type { SingleBar } from 'cli-progress';
import { inertJson } from './inert-text';
import type { Output, Streams } from './streams';

const PLAIN_LINE_MS = 3_000;

/** How a text is coloured. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Colours a text, or returns it as it is. */
export type Paint = (style: Style, text: string) => string;

/** How far some work is. */
export interface Progress {
  readonly label: string;
  /** From 0 to 1; `undefined` when nobody knows how much there is. */
  readonly fraction: number | undefined;
  /** How far it is, in words. */
  readonly text: string;
}

/** Steps of a bar. */
const STEPS = 1_000;

/** The variables that decide about colours. */
interface ColourWishes {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/**
 * Standard output for results, standard error for everything that is about them. Bars and colours on terminals only;
 * `NO_COLOR` is honoured.
 */
export class Screen {
  private bar: SingleBar | undefined;
  private isMeasured = false;
  private plainAt = performance.now();

  constructor(
    readonly streams: Streams,
    private readonly wishes: ColourWishes,
  ) {}

  /** Whether somebody can be asked. */
  get isAttended(): boolean {
    return this.streams.stdin.isTTY === true && this.streams.stderr.isTTY === true;
  }

  /** Whether results are read by a person as they come. */
  get isTerminal(): boolean {
    return this.streams.stdout.isTTY === true;
  }

  /** Colours what is written to standard output. */
  readonly paint: Paint = (style, text) => (this.hasColours(this.streams.stdout) ? painted(style, text) : text);

  /** Colours what is written to standard error. */
  readonly paintNote: Paint = (style, text) => (this.hasColours(this.streams.stderr) ? painted(style, text) : text);

  /** Writes one result, and waits until it is on its way: whoever reads slowly is not run over, whoever left is no error. */
  async result(text: string): Promise<void> {
    this.clear();
    await new Promise<void>((resolve) => {
      this.streams.stdout.write(`${text}\n`, () => resolve());
    });
  }

  /** Writes one result as a line of JSON. */
  async json(value: unknown): Promise<void> {
    await this.result(inertJson(value));
  }

  /** Something about the results. */
  note(text: string): void {
    this.clear();
    this.streams.stderr.write(`${text}\n`);
  }

  /** Shows how far the work is: a bar on a terminal, elsewhere a line now and then. */
  progress({ label, fraction, text }: Progress): void {
    if (this.streams.stderr.isTTY !== true) return this.plainProgress(`  ${label} ${text}`);
    const value = Math.round(Math.min(1, fraction ?? 0) * STEPS);
    if (this.isMeasured !== (fraction !== undefined)) this.clear(); // a bar has come, or is of no use any more
    this.isMeasured = fraction !== undefined;
    this.bar ??= this.startBar(`  ${label} ${fraction === undefined ? '' : '{bar} '}{text}`, text);
    this.bar.update(value, { text });
  }

  /** Takes a bar away, when one is shown. */
  clear(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  /** Asks for a yes; everything else is a no, and so is the end of what is asked. */
  async agrees(question: string, signal: AbortSignal): Promise<boolean> {
    this.clear();
    const prompt = createInterface({ input: this.streams.stdin, output: this.streams.stderr });
    const asked = prompt.question(`${question} [y/N] `, { signal });
    const ended = new Promise<string>((resolve) => {
      prompt.once('close', () => setImmediate(resolve, '')); // an answer on the last line comes first
    });
    try {
      return /^y(?:es)?$/i.test((await Promise.race([asked, ended])).trim());
    } catch {
      return false;
    } finally {
      prompt.close();
    }
  }

  private startBar(format: string, text: string): SingleBar {
    const look = { format, stream: this.streams.stderr, barsize: 30, hideCursor: true, clearOnComplete: true };
    const bars = createRequire(__filename)('cli-progress') as typeof import('cli-progress'); // few commands show one
    const bar = new bars.SingleBar(look, bars.Presets.shades_classic);
    bar.start(STEPS, 0, { text });
    return bar;
  }

  private plainProgress(line: string): void {
    if (performance.now() - this.plainAt < PLAIN_LINE_MS) return;
    this.plainAt = performance.now();
    this.streams.stderr.write(`${line}\n`);
  }

  private hasColours(stream: Output): boolean {
    const { NO_COLOR, FORCE_COLOR, TERM } = this.wishes;
    if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
    if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
    return stream.isTTY === true && TERM !== 'dumb';
  }
}

function painted(style: Style, text: string): string {
  return styleText(style, text, { validateStream: false });
}
