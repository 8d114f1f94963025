/** Sent and not confirmed at once of one answer: what one stream takes of the memory that all messages share. */
const WINDOW = 64;

/** What an answer of many values is sent by. */
export interface AnswerSending {
  /** Resolves when there is room to send, or when it is not waited for any longer. */
  room(): Promise<void>;
  /** Sends one value; rejects where it is not sure to have arrived. */
  send(value: unknown): Promise<void>;
}

/**
 * The values of one answer before its last, in their order. A window of them is on the way at once; the stream behind waits. After one that
 * did not arrive none is sent any more: whoever waits is told that the stream has failed, rather than given one with a hole.
 */
export class AnswerStream {
  private readonly onTheirWay = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;
  private hasEnded = false;

  constructor(private readonly sending: AnswerSending) {}

  /** Resolves when the next value may come. Never rejects. */
  async tell(value: unknown): Promise<void> {
    if (this.onTheirWay.size >= WINDOW) await this.arrived();
    if (!this.isOpen) return;
    await this.sending.room();
    if (this.isOpen) this.send(value);
  }

  /** No value is sent any more. Resolves when those on their way have ended, with what the first one that failed did. */
  async end(): Promise<{ readonly error: unknown } | undefined> {
    this.hasEnded = true;
    await this.arrived();
    return this.failure;
  }

  private get isOpen(): boolean {
    return !this.hasEnded && this.failure === undefined;
  }

  private async arrived(): Promise<void> {
    await Promise.all(this.onTheirWay);
  }

  private send(value: unknown): void {
    const way = this.sending.send(value).then(
      () => void this.onTheirWay.delete(way),
      (error: unknown) => {
        this.onTheirWay.delete(way);
        this.failure ??= { error };
      },
    );
    this.onTheirWay.add(way);
  }
}
