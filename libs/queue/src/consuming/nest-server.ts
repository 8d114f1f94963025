import type { RmqStatus } from '@nestjs/microservices';
import type { QueueDefinition } from '../define-queue';
import { DefinitionError } from '../errors';
import type { ConnectionRole, QueueEvents } from '../events';
import { boundBy } from './nest-options';
import type { FromNest } from './nest-options';
import { TaskServer } from './task-server';

/** What a server that nobody wired has to begin and to end by itself. */
export interface NestServerLife {
  begin(): void;
  end(): Promise<void>;
}

/** {@link TaskServer} in the place of Nest's RMQ server, with what that one was told. Made by `warrenTransport`. */
export class NestServer extends TaskServer {
  private bound: readonly QueueDefinition[] | undefined;

  constructor(
    private readonly nest: FromNest,
    private readonly life: NestServerLife,
    ...parts: ConstructorParameters<typeof TaskServer>
  ) {
    super(...parts);
    if (nest.serializer !== undefined) this.serializer = nest.serializer;
    const [, , , , events] = parts;
    this.followStatus(events);
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    this.life.begin();
    await super.listen(callback);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.life.end();
  }

  /** @throws DefinitionError always: there is no one connection whose events it could tell. */
  override on(): never {
    throw noConnectionFor('on');
  }

  /** @throws DefinitionError always: there is no one connection that it could hand out. */
  override unwrap(): never {
    throw noConnectionFor('unwrap');
  }

  /** Nest's `status` is that of the connection that consumes. */
  private followStatus(events: QueueEvents): void {
    const tell =
      (status: 'connected' | 'disconnected' | 'blocked' | 'unblocked') =>
      ({ role }: { readonly role: ConnectionRole }): void => {
        // oxlint-disable-next-line no-underscore-dangle, typescript/no-unsafe-enum-assignment -- Nest's own field; its enum is a type only
        if (role === 'consuming') this._status$.next(status as RmqStatus);
      };
    events.on('connection.open', tell('connected'));
    events.on('connection.failed', tell('disconnected'));
    events.on('connection.lost', tell('disconnected'));
    events.on('connection.blocked', tell('blocked'));
    events.on('connection.unblocked', tell('unblocked'));
  }

  /** With `wildcards` the queue is bound by every handler's pattern; they are known when Nest has found them. */
  protected override queuesToConsume(): readonly QueueDefinition[] {
    const { patternsTo, queue } = this.nest;
    if (patternsTo === undefined) return super.queuesToConsume();
    const patterns = [...this.messageHandlers.keys()];
    const bindings = [...(queue.bindings ?? []), ...patterns.map((pattern) => boundBy(patternsTo, pattern))];
    return (this.bound ??= [Object.freeze({ ...queue, bindings })]);
  }
}

function noConnectionFor(method: string): DefinitionError {
  return new DefinitionError(
    `Warren’s strategy has several connections, which come and go: ${method}() has nothing to give. Whether it consumes, and why not, is in its ` +
      '`problems`.',
  );
}
