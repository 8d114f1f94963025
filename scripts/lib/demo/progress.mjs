const PLAIN_LINE_EVERY = 3_000;
const REFRESH_EVERY = 200;

/** @typedef {Map<string, { settled: number, added: number }>} Counts by kind */
/** @typedef {{ multi: import('cli-progress').MultiBar, bars: Map<string, import('cli-progress').SingleBar> }} Screen */

/** How far the main tasks are: a bar for each kind on a terminal, a plain line every few seconds elsewhere. */
export class Progress {
  #voice;
  #read;
  #timer;
  #screen;

  /** @param {import('../say.mjs').Voice} voice @param {() => Counts} read @param {Screen | undefined} screen */
  constructor(voice, read, screen) {
    this.#voice = voice;
    this.#read = read;
    this.#screen = screen;
    if (screen) voice.detour((text) => screen.multi.log(text));
    this.#timer = setInterval(() => this.#show(), screen ? REFRESH_EVERY : PLAIN_LINE_EVERY);
  }

  /** @param {import('../say.mjs').Voice} voice @param {() => Counts} read */
  static async start(voice, read) {
    if (!voice.isTerminal) return new Progress(voice, read, undefined);
    // Only known here: the dependencies may have been installed by this very run.
    const { default: bars } = await import('cli-progress');
    const format = `    {kind} ${voice.paint('cyan', '{bar}')} {value}/{total}`;
    const multi = new bars.MultiBar({ format, hideCursor: true, clearOnComplete: false }, bars.Presets.rect);
    return new Progress(voice, read, { multi, bars: new Map() });
  }

  /** Shows the last state and leaves it there. */
  stop() {
    clearInterval(this.#timer);
    this.#show();
    this.#screen?.multi.stop();
    this.#voice.detour(undefined);
  }

  #show() {
    const counts = this.#read();
    if (this.#screen) this.#draw(this.#screen, counts);
    else
      this.#voice.line(
        `    ${[...counts].map(([kind, { settled, added }]) => `${kind} ${settled}/${added}`).join(' · ')}`,
      );
  }

  /** @param {Screen} screen @param {Counts} counts */
  #draw({ multi, bars }, counts) {
    for (const [kind, { settled, added }] of counts) {
      let bar = bars.get(kind);
      if (bar === undefined) bars.set(kind, (bar = multi.create(added, 0, { kind: kind.padEnd(14) })));
      bar.setTotal(added);
      bar.update(settled);
    }
    multi.update();
  }
}
