/** One message for a stream. */
export interface StreamEntry {
  readonly content: Buffer;
  /** AMQP's `type`: what readers tell kinds of messages apart by. */
  readonly type?: string;
  readonly id?: string;
}

/** What may wait for the broker or its confirm in memory; one more is dropped. */
export interface StreamWriterLimits {
  /** Messages; 1,000 unless given. */
  readonly maxMessages?: number;
  /** Bytes; 8 MiB unless given. */
  readonly maxBytes?: number;
}

/** `undefined`: the broker has it; otherwise why it was dropped. */
export type StreamWriteEnd = (problem: string | undefined) => void;
