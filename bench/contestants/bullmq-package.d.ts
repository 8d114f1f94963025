/** The part of BullMQ that is used here: it is installed only where it is measured. */
declare module 'bullmq' {
  interface Options {
    readonly connection: { readonly host: string; readonly port: number };
  }

  interface Task {
    readonly name: string;
    readonly data: unknown;
    readonly opts: { readonly removeOnComplete: boolean };
  }

  export class Queue {
    constructor(name: string, options: Options);
    add(name: Task['name'], data: Task['data'], opts: Task['opts']): Promise<unknown>;
    addBulk(tasks: readonly Task[]): Promise<unknown>;
    waitUntilReady(): Promise<void>;
    close(): Promise<void>;
  }

  export class Worker {
    constructor(
      name: string,
      handler: (task: Task) => Promise<unknown>,
      options: Options & { readonly concurrency: number; readonly autorun: boolean },
    );
    run(): Promise<void>;
    waitUntilReady(): Promise<void>;
    close(): Promise<void>;
  }
}
