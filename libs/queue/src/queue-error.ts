/**
 * Every error Warren throws or understands, ranked by what the caller has lost or kept. All of them extend
 * {@link QueueError}, and each message says what was stored and what to do next.
 */
export abstract class QueueError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
