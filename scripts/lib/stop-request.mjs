/** npm passes on a signal that the terminal has already sent to the whole group: what follows this closely is the same key press. */
const SAME_KEY_PRESS = 500;

/**
 * The wish to stop: Ctrl-C, SIGTERM, or a terminal that was closed. The first one asks for a polite stop; another one, later
 * than half a second, hurries it.
 */
export class StopRequest {
  #controller = new AbortController();
  /** @type {(() => void)[]} */
  #hurry = [];
  #askedAt = 0;

  constructor() {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => this.#ask());
  }

  /** Aborted from the first request on. */
  get signal() {
    return this.#controller.signal;
  }

  /** Resolves with the first request. @returns {Promise<void>} */
  get asked() {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve();
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** What a second request does. @param {() => void} action */
  onHurry(action) {
    this.#hurry.push(action);
  }

  #ask() {
    if (!this.signal.aborted) {
      this.#askedAt = Date.now();
      this.#controller.abort();
    } else if (Date.now() - this.#askedAt > SAME_KEY_PRESS) {
      for (const action of this.#hurry) action();
    }
  }
}
