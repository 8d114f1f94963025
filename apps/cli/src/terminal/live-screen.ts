import type { Output } from './streams';

/** What a terminal is told. Long lines are cut by the terminal itself, which knows how wide its characters are. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

const DEFAULT_ROWS = 24;

/** A screen of its own on a terminal, drawn again and again; what was there before comes back, however the process ends. */
export class LiveScreen {
  private isShown = false;
  private lines: readonly string[] = [];
  private readonly leaveAtExit = (): void => this.leave();
  private readonly drawAgain = (): void => this.draw(this.lines);

  constructor(private readonly output: Output) {}

  /** Lines that fit. A terminal that was never told its size has 0. */
  get rows(): number {
    const { rows = 0 } = this.output;
    return rows > 0 ? rows : DEFAULT_ROWS;
  }

  enter(): void {
    if (this.isShown) return;
    this.isShown = true;
    process.once('exit', this.leaveAtExit);
    this.output.on('resize', this.drawAgain);
    this.output.write(ENTER);
  }

  /** Shows these lines in place of those before; what does not fit is left out at the end. */
  draw(lines: readonly string[]): void {
    if (!this.isShown) return;
    this.lines = lines;
    const fitting = lines.slice(0, this.rows);
    this.output.write(`${HOME}${fitting.map((line) => line + CLEAR_LINE).join('\r\n')}${CLEAR_BELOW}`);
  }

  /** Gives the terminal back. May be called twice. */
  leave(): void {
    if (!this.isShown) return;
    this.isShown = false;
    process.off('exit', this.leaveAtExit);
    this.output.off('resize', this.drawAgain);
    this.output.write(LEAVE);
  }
}
