import { styleText } from 'node:util';

/** Colours, bars and lines that are rewritten belong on a terminal only; NO_COLOR and FORCE_COLOR have the last word on colour. @param {NodeJS.WriteStream} stream @param {NodeJS.ProcessEnv} env */
function wantsColour(stream, env) {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY && env.TERM !== 'dumb';
}

/**
 * What the commands say. On a terminal a step in progress is one line that its end overwrites; elsewhere (a pipe, CI)
 * the beginning and the end are a plain line each, so that a log shows what was being waited for.
 */
export class Voice {
  #stream;
  #colour;
  #isTransient = false;
  /** @type {((text: string) => void) | undefined} */
  #detour;

  /** @param {{ stream?: NodeJS.WriteStream, env?: NodeJS.ProcessEnv }} [options] default: standard output */
  constructor({ stream = process.stdout, env = process.env } = {}) {
    this.#stream = stream;
    this.#colour = wantsColour(stream, env);
  }

  /** Whether bars and lines that are rewritten make sense. */
  get isTerminal() {
    return this.#stream.isTTY;
  }

  /** Colours a text, or returns it as it is where colours are not wanted. */
  paint(/** @type {Parameters<typeof styleText>[0]} */ style, /** @type {string} */ text) {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Lets lines be written by whoever keeps the screen for a while, as bars do; undefined: as before. */
  detour(/** @type {((text: string) => void) | undefined} */ write) {
    this.#detour = write;
  }

  /** A step has begun. */
  doing(/** @type {string} */ label, /** @type {string} */ text) {
    this.#write(`  ${this.paint('dim', '·')} ${label.padEnd(10)}${this.paint('dim', `${text} ...`)}`, this.isTerminal);
  }

  /** A step has ended well. */
  done(/** @type {string} */ label, /** @type {string} */ text) {
    this.#write(`  ${this.paint('green', '✔')} ${label.padEnd(10)}${text}`);
  }

  /** Something the reader should know; the run goes on. */
  warn(/** @type {string} */ text) {
    this.#write(`  ${this.paint('yellow', '!')} ${text}`);
  }

  /** The run cannot go on; the text says why and what to do. */
  fail(/** @type {string} */ text) {
    this.#write(`  ${this.paint('red', '✖')} ${text}`);
  }

  /** A line of its own. */
  line(/** @type {string} */ text = '') {
    this.#write(text);
  }

  /** @param {string} text */
  #write(text, isTransient = false) {
    if (this.#detour) return this.#detour(`${text}\n`);
    const start = this.#isTransient ? '\r\x1b[K' : '';
    this.#isTransient = isTransient;
    this.#stream.write(`${start}${text}${isTransient ? '' : '\n'}`);
  }
}
