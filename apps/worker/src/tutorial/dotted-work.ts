import { setTimeout } from 'node:timers/promises';

/** Milliseconds of work that one dot stands for. */
const MS_PER_DOT = 1_000;

/** Waits some milliseconds, or rejects when the signal fires. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const waitWithTimer: Wait = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal });

/** Does the work of `tutorial`, and says so in the words of the RabbitMQ tutorial's worker. */
export class DottedWork {
  constructor(
    private readonly print: (line: string) => void,
    private readonly wait: Wait = waitWithTimer,
  ) {}

  /** @throws an AbortError when the signal fires before the last dot's second is over. */
  async run(text: string, signal: AbortSignal): Promise<void> {
    this.print(` [x] Received '${onOneLine(text)}'`);
    await this.wait(dotsIn(text) * MS_PER_DOT, signal);
    this.print(' [x] Done');
  }
}

function dotsIn(text: string): number {
  return text.split('.').length - 1;
}

/** Line ends and terminal escapes are shown, not sent: a message's text cannot write lines of its own. */
function onOneLine(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
