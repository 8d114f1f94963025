/** What a contestant can be asked for. `bench/README.md` says what each is and how it is measured. */
export type Kind = 'add' | 'add-bulk' | 'fill' | 'handle' | 'add-timed' | 'handle-timed' | 'work' | 'start';

/** What a handler does: waits as for a disk or another service, spends processor time, or blocks its event loop and spends none. */
export interface Work {
  readonly milliseconds: number;
  readonly how: 'wait' | 'spin' | 'block';
}

/** The one thing that a contestant's program is started for. */
export interface Trial {
  readonly kind: Kind;
  /** RabbitMQ's address; that of Redis for who asks for one. */
  readonly broker: { readonly amqp: string; readonly redis?: { readonly host: string; readonly port: number } };
  readonly queue: string;
  readonly queueType: 'quorum' | 'classic';
  /** Tasks that count. */
  readonly count: number;
  /** Tasks before them, which do not. Default: 0; none with a `fill`. */
  readonly warmUp?: number;
  /** Whether an `add-timed` adds those as it adds the others, at the same pace, and not before it says that it is ready. */
  readonly isWarmUpPaced?: boolean;
  /** Characters of text in a task. */
  readonly size?: number;
  /** Tasks of a `fill` that say what their handler does, instead of text. */
  readonly tasks?: readonly Work[];
  /** Adds that are on their way at once. 1: each is awaited before the next. */
  readonly outstanding?: number;
  /** What the handlers of a `work` do, for who has to know it before. */
  readonly how?: Work['how'];
  /** Whether the worker is an application that listens for HTTP, with health checks, for who can be one without. */
  readonly http?: boolean;
  /** How Warren logs, where that is not left to its default: `json`, as its image does, with two lines a task. Default: `pretty`. */
  readonly logs?: 'json';
  /** Threads of the one worker, in which the handlers run. Default: none, they run in the worker itself. */
  readonly threads?: number;
  /** Whether Warren records what happens, where that is not left to its default. */
  readonly events?: 'on' | 'off';
  /** Tasks that are handled at once. */
  readonly concurrency?: number;
  /** Whether half of the maximum is half of the contestant's own, and not of amqplib's. */
  readonly isOwnMaximum?: boolean;
  /** Adds a second of an `add-timed`; 0: as many as 256 on their way at once allow. */
  readonly rate?: number;
  /** Delays of an `add-timed`, in milliseconds, the same for the same seed. */
  readonly delays?: { readonly min: number; readonly max: number; readonly seed: string };
  /** Whether a client that asks may send small packets at once (`TCP_NODELAY`). Default: what the client does by itself. */
  readonly noDelay?: boolean;
}

/** What a run measured, by name: seconds, cpuSeconds, ... */
export type Figures = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** A trial that is ready to be done. */
export interface Prepared {
  /** Does it. */
  run(): Promise<Figures>;
  /** Ends what it holds, also in the middle of a run. */
  close(): Promise<void>;
  /** Whether it can be run again when it is done. Default: no. */
  readonly isRepeatable?: boolean;
}

/** Writes one line to the driver, as `tell({ progress: 3 })`. */
export type Tell = (line: Readonly<Record<string, unknown>>) => void;

/** What a contestant's module exports as `kinds`: for each kind that it has, what prepares a trial. */
export type Kinds = { readonly [kind in Kind]?: (trial: Trial, tell: Tell) => Promise<Prepared> };
