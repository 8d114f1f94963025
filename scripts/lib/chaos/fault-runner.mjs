import { setTimeout as delay } from 'node:timers/promises';
import { faultKinds, QUEUE_IS_WRITTEN } from './plan.mjs';
import { strikes } from './strikes.mjs';

/** After these the broker may be down for good, and there is nothing left to try. */
const FATAL = ['broker-kill', 'broker-freeze'];
/** The queue that was deleted is declared again by whoever misses it first, a moment later. */
const REDECLARED = 1_500;

/** @typedef {{ at: number, kind: string, what: string }} Struck at: milliseconds after the start */

/** Carries a plan out. */
export class FaultRunner {
  #plan;
  #stricken;
  #tell;
  #startedAt = 0;
  /** @type {Promise<void>} */
  #broker = Promise.resolve();

  /**
   * @param {readonly import('./plan.mjs').Fault[]} plan
   * @param {Omit<import('./strikes.mjs').Stricken, 'onDeletion'>} stricken
   * @param {(struck: Struck) => void} tell is told of each strike
   */
  constructor(plan, stricken, tell) {
    this.#plan = plan;
    this.#stricken = { ...stricken, onDeletion: (/** @type {number} */ endedAt) => this.deletions.push(endedAt) };
    this.#tell = tell;
    /** What has struck. @type {Struck[]} */
    this.struck = [];
    /** When each deletion of the sacrificed queue had ended, milliseconds since 1970. @type {number[]} */
    this.deletions = [];
  }

  /** Resolves when the last fault is over; rejects when the broker does not come back. @param {AbortSignal} signal */
  async run(signal) {
    this.#startedAt = Date.now();
    const running = [];
    for (const fault of this.#plan) {
      await delay(Math.max(0, this.#startedAt + fault.at - Date.now()), undefined, { signal });
      const strike = faultKinds[fault.kind].strikesBroker
        ? this.#afterOthers(fault, signal)
        : this.#strike(fault, signal);
      strike.catch(() => undefined); // whoever waits for all of them hears of it
      running.push(strike);
    }
    await Promise.all(running);
  }

  /** @param {import('./plan.mjs').Fault} fault @param {AbortSignal} signal */
  #afterOthers(fault, signal) {
    this.#broker = this.#broker.then(async () => {
      const written = Math.max(0, ...this.deletions) + REDECLARED + QUEUE_IS_WRITTEN;
      if (fault.kind === 'broker-kill') await delay(Math.max(0, written - Date.now()), undefined, { signal });
      signal.throwIfAborted();
      await this.#strike(fault, signal);
    });
    return this.#broker;
  }

  /** @param {import('./plan.mjs').Fault} fault @param {AbortSignal} signal */
  async #strike(fault, signal) {
    const say = (/** @type {string} */ what) => {
      const struck = { at: Date.now() - this.#startedAt, kind: fault.kind, what };
      this.struck.push(struck);
      this.#tell(struck);
    };
    try {
      await strikes[fault.kind](fault, this.#stricken, say, signal);
    } catch (error) {
      if (FATAL.includes(fault.kind) || signal.aborted) throw error;
      say(`could not be done: ${/** @type {Error} */ (error).message.split('\n')[0]}`);
    }
  }
}
