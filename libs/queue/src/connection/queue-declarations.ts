import type { ChannelModel } from 'amqplib';
import { TopologyError } from '../errors';

/** Declares a queue on the broker, by its name. */
export type DeclareQueue = (connection: ChannelModel, queue: string) => Promise<void>;

/** What happened to a declaration: the queue may be published to, or the broker refuses it. */
export type Declared = (queue: string, refusal: TopologyError | undefined) => void;

/** Which queues have been declared on the connection that is open now, each once, before the first publish to it. */
export class QueueDeclarations {
  private readonly states = new Map<string, 'declaring' | 'declared'>();
  private connection: ChannelModel | undefined;

  constructor(
    private readonly declareQueue: DeclareQueue,
    private readonly declared: Declared,
  ) {}

  /** A new connection, or none: nothing is known of its queues. */
  reset(connection: ChannelModel | undefined): void {
    this.connection = connection;
    this.states.clear();
  }

  /** Whether a queue may be published to; one that was never asked for is declared. */
  has(queue: string): boolean {
    const state = this.states.get(queue);
    if (state === undefined && this.connection !== undefined) void this.declare(this.connection, queue);
    return state === 'declared';
  }

  /** It was deleted meanwhile: whoever asks next declares it again. */
  forget(queue: string): void {
    this.states.delete(queue);
  }

  private async declare(connection: ChannelModel, queue: string): Promise<void> {
    this.states.set(queue, 'declaring');
    try {
      await this.declareQueue(connection, queue);
      if (this.connection !== connection) return;
      this.states.set(queue, 'declared');
      this.declared(queue, undefined);
    } catch (error) {
      if (this.connection !== connection) return;
      this.states.delete(queue);
      if (error instanceof TopologyError) this.declared(queue, error);
    }
  }
}
