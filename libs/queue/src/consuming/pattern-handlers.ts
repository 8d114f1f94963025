import type { MessageHandler } from '@nestjs/microservices';
import { hasWildcard, matchesTopic } from '../topology/topic-pattern';

/** Handlers of patterns with wildcards (`@EventPattern('order.*')`), for what comes from exchanges. */
export class PatternHandlers {
  private readonly handlers: readonly (readonly [pattern: string, handler: MessageHandler])[];

  constructor(handlers: ReadonlyMap<string, MessageHandler>) {
    this.handlers = [...handlers].filter(([pattern]) => hasWildcard(pattern));
  }

  /** The first one, in the order in which Nest has found them, whose pattern matches as the broker's topic exchanges match. */
  handlerOf(name: string): MessageHandler | null {
    return this.handlers.find(([pattern]) => matchesTopic(pattern, name))?.[1] ?? null;
  }
}
