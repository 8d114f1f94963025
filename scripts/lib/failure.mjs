/** A failure that its message explains fully: the commands print the message, without a stack, and exit with `exitCode`. */
export class Failure extends Error {
  /** @param {string} message @param {number} [exitCode] 1 failed (default), 2 wrong usage, 3 no broker */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}
