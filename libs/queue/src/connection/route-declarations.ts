import type { ChannelModel } from 'amqplib';
import { TopologyError } from '../errors';
import type { Route } from '../topology/routes';

/** Declares on the broker what stands on a route: queues, and the delay levels before them. */
export type DeclareRoute = (connection: ChannelModel, route: Route) => Promise<void>;

/** What happened to a declaration: the route may be published to, or the broker refuses it. */
export type Declared = (route: Route, refusal: TopologyError | undefined) => void;

/** Which routes have been declared on the connection that is open now, each once, before the first publish to it. */
export class RouteDeclarations {
  private readonly states = new Map<string, 'declaring' | 'declared'>();
  private connection: ChannelModel | undefined;

  constructor(
    private readonly declareRoute: DeclareRoute,
    private readonly declared: Declared,
  ) {}

  /** A new connection, or none: nothing is known of its queues. */
  reset(connection: ChannelModel | undefined): void {
    this.connection = connection;
    this.forgetAll();
  }

  /** Whether a route may be published to; one that was never asked for is declared. */
  has(route: Route): boolean {
    const state = this.states.get(keyOf(route));
    if (state === undefined && this.connection !== undefined) void this.declare(this.connection, route);
    return state === 'declared';
  }

  /** Its queue was deleted meanwhile: whoever asks next declares it again. */
  forget(route: Route): void {
    this.states.delete(keyOf(route));
  }

  /** Something that was declared is gone, and nobody knows what. */
  forgetAll(): void {
    this.states.clear();
  }

  private async declare(connection: ChannelModel, route: Route): Promise<void> {
    const key = keyOf(route);
    this.states.set(key, 'declaring');
    try {
      await this.declareRoute(connection, route);
      if (this.connection !== connection) return;
      this.states.set(key, 'declared');
      this.declared(route, undefined);
    } catch (error) {
      if (this.connection !== connection) return;
      this.states.delete(key);
      if (error instanceof TopologyError) this.declared(route, error);
    }
  }
}

/** What is declared for a route: all delays of a queue need the same levels, whichever they go into. An exchange may be called as a queue is. */
export function keyOf({ exchange, queue, isDelayed }: Route): string {
  if (isDelayed) return `delayed ${queue}`;
  return exchange === '' ? queue : `exchange ${exchange}`;
}
