/** Why nothing is generated, and what to do instead. Thrown before anything is changed. */
export class Refusal extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'Refusal';
  }
}
