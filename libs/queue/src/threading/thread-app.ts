import { isMainThread } from 'node:worker_threads';
import type { INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Server } from '@nestjs/microservices';
import type { CustomStrategy, CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { lastValueOf } from '../consuming/last-value';
import type { TaskContext } from '../consuming/task-context';
import { TaskErrorFilter } from '../consuming/task-error.filter';
import { DefinitionError, UnrecoverableError } from '../errors';
import { Spans } from '../telemetry/spans';
import type { ThreadOutcome, ThreadTask } from './crossing';
import { InThread } from './in-thread';
import type { ThreadApp } from './in-thread';
import type { ThreadDefinition } from './open-threads';

/** What `defineThread` takes. */
export interface ThreadInput {
  /**
   * The module whose `@EventPattern` methods handle the tasks that run in threads. It is the root of each thread's own Nest
   * application, so it brings along all that its handlers need. Loaded in the threads only: `async () => (await
   * import('./cpu.module.js')).CpuModule`.
   */
  readonly module: () => Promise<Type>;
  /**
   * Called in each thread before its handlers are found: the place for its logger and for guards, pipes, interceptors and
   * filters of every handler. Those of the worker stay there. Default: what is logged from `warn` on goes to the console.
   */
  readonly setUp?: (app: INestMicroservice) => void | Promise<void>;
}

/**
 * Defines what the threads of a worker run, in a file of its own whose default export it is; `QueueModule.forRoot({ thread })`
 * takes it, and the tasks that are defined with `runIn: 'thread'` run there. A file, because a thread begins with nothing
 * and loads its own:
 *
 * ```ts
 * // cpu.thread.ts
 * export default defineThread(__filename, { module: async () => (await import('./cpu.module.js')).CpuModule });
 * ```
 * @param file this very file: `__filename`, or `import.meta.filename` in an ES module.
 */
export function defineThread(file: string, { module, setUp }: ThreadInput): ThreadDefinition {
  const tracing = new Spans();
  const thread = new InThread(async () => {
    const handlers = new ThreadHandlers();
    const app = await NestFactory.createMicroservice<CustomStrategy>(await module(), {
      strategy: handlers,
      ...(isMainThread ? {} : { logger: ['fatal', 'error', 'warn'] }),
      abortOnError: false, // its error is told, and not the worker's end
    });
    app.useGlobalFilters(new TaskErrorFilter());
    await setUp?.(app);
    await app.init();
    const running: ThreadApp = {
      handles: [...handlers.getHandlers().keys()],
      handle: (name, payload, context, trace) =>
        tracing.inThread(context, trace, () => handlers.handle(name, payload, context)),
      close: async () => {
        await app.close();
        await tracing.flush();
      },
    };
    return running;
  });
  // Piscina calls a file's default export.
  return Object.assign((task: ThreadTask): Promise<ThreadOutcome> => thread.run(task), { file });
}

/** The strategy of a thread's Nest application: it only keeps the handlers that Nest finds, with Nest's pipeline around them. */
class ThreadHandlers extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;

  async handle(name: string, payload: unknown, context: TaskContext): Promise<unknown> {
    const handler: MessageHandler | null = this.messageHandlers.get(name) ?? this.getHandlerByPattern(name);
    if (handler === null) {
      throw new UnrecoverableError(
        `"${name}" is defined to run in a thread, and the thread's module has no handler for it: import its module there.`,
      );
    }
    if (handler.isEventHandler !== true) {
      throw new DefinitionError(`"${name}" runs in a thread, where a request (@MessagePattern) cannot be answered.`);
    }
    const result: unknown = await handler(payload, context);
    return lastValueOf(result);
  }

  listen(callback: () => void): void {
    callback();
  }

  close(): void {}

  on(): void {}

  unwrap<Nothing>(): Nothing {
    return undefined as Nothing;
  }
}
