import { notFound, refusal } from './refusal';

/** What an exchange is declared with. */
export interface ExchangeDeclaration {
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
}

interface Binding {
  readonly kind: 'queue' | 'exchange';
  readonly to: string;
  readonly pattern: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

interface Exchange {
  readonly declaration: ExchangeDeclaration;
  bindings: Binding[];
}

/** What is looked at of a message to find its way. */
export interface Addressed {
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const lasting = { durable: true, autoDelete: false, internal: false, arguments: {} };

/** Those that every broker has. */
const BORN_WITH: readonly (readonly [name: string, type: string])[] = [
  ['amq.direct', 'direct'],
  ['amq.topic', 'topic'],
  ['amq.fanout', 'fanout'],
  ['amq.headers', 'headers'],
];

/** How a headers exchange compares: by all headers or one, those whose names begin with "x-" too where it says so. */
const MATCHES = ['all', 'any', 'all-with-x', 'any-with-x'];

const TYPES = ['direct', 'topic', 'fanout', 'headers'];

/** The exchanges of a broker with their bindings. */
export class Exchanges {
  private readonly byName = new Map<string, Exchange>(
    BORN_WITH.map(([name, type]) => [name, { declaration: { ...lasting, type }, bindings: [] }]),
  );

  /** @throws Refusal when it exists otherwise, or cannot be. */
  declare(name: string, declaration: ExchangeDeclaration): void {
    const known = this.byName.get(name)?.declaration;
    if (known === undefined) {
      if (!TYPES.includes(declaration.type)) throw refusal(406, `invalid exchange type '${declaration.type}'`);
      if (name === '' || name.startsWith('amq.'))
        throw refusal(403, `exchange name '${name}' contains reserved prefix 'amq.*'`);
      this.byName.set(name, { declaration, bindings: [] });
      return;
    }
    for (const [argument, received, current] of [
      ['type', declaration.type, known.type],
      ['durable', declaration.durable, known.durable],
      ['auto_delete', declaration.autoDelete, known.autoDelete],
      ['internal', declaration.internal, known.internal],
      ['alternate-exchange', alternateOf(declaration), alternateOf(known)],
    ] as const) {
      if (received === current) continue;
      const [one, other] = [received, current].map((value) => (value === undefined ? 'none' : `'${value}'`));
      throw refusal(
        406,
        `inequivalent arg '${argument}' for exchange '${name}' in vhost '/': received ${one} but current is ${other}`,
      );
    }
  }

  /** @throws Refusal (404) when there is none. */
  assertThere(name: string): void {
    if (name !== '' && !this.byName.has(name)) throw notFound('exchange', name);
  }

  delete(name: string): void {
    this.byName.delete(name);
    for (const exchange of this.byName.values()) {
      exchange.bindings = exchange.bindings.filter(({ kind, to }) => kind !== 'exchange' || to !== name);
    }
  }

  /** @throws Refusal (404) when there is no such exchange, and (406) for a match that there is not. What is bound already stays bound once. */
  bind(from: string, binding: Binding): void {
    const exchange = this.found(from);
    const match = matchOf(binding);
    if (exchange.declaration.type === 'headers' && !MATCHES.includes(match))
      throw refusal(406, `Invalid x-match field value "${match}"; expected all, any, all-with-x, or any-with-x`);
    if (!exchange.bindings.some((other) => isSame(other, binding))) exchange.bindings.push(binding);
  }

  unbind(from: string, binding: Binding): void {
    const exchange = this.found(from);
    exchange.bindings = exchange.bindings.filter((other) => !isSame(other, binding));
  }

  /** A queue is gone. */
  forget(queue: string): void {
    for (const exchange of this.byName.values()) {
      exchange.bindings = exchange.bindings.filter(({ kind, to }) => kind !== 'queue' || to !== queue);
    }
  }

  /**
   * The queues that a message goes to, each once.
   * @throws Refusal (404) when there is no such exchange.
   */
  route(name: string, addressed: Addressed): ReadonlySet<string> {
    const queues = new Set<string>();
    this.follow(name, addressed, queues, new Set());
    return queues;
  }

  private follow(name: string, addressed: Addressed, queues: Set<string>, seen: Set<string>): void {
    if (name === '') {
      queues.add(addressed.routingKey);
      return;
    }
    if (seen.has(name)) return;
    seen.add(name);
    const { declaration, bindings } = this.found(name);
    const fitting = bindings.filter((binding) => fits(declaration.type, binding, addressed));
    for (const { kind, to } of fitting) {
      if (kind === 'queue') queues.add(to);
      else this.follow(to, addressed, queues, seen);
    }
    const alternate = alternateOf(declaration);
    if (fitting.length === 0 && alternate !== undefined && this.byName.has(alternate)) {
      this.follow(alternate, addressed, queues, seen);
    }
  }

  private found(name: string): Exchange {
    const exchange = this.byName.get(name);
    if (exchange === undefined) throw notFound('exchange', name);
    return exchange;
  }
}

function alternateOf({ arguments: given }: ExchangeDeclaration): string | undefined {
  const alternate = given['alternate-exchange'];
  return typeof alternate === 'string' ? alternate : undefined;
}

function isSame(one: Binding, other: Binding): boolean {
  return (
    one.kind === other.kind &&
    one.to === other.to &&
    one.pattern === other.pattern &&
    JSON.stringify(one.arguments) === JSON.stringify(other.arguments)
  );
}

function matchOf({ arguments: { 'x-match': match = 'all' } }: Binding): string {
  return String(match);
}

function fits(type: string, binding: Binding, { routingKey, headers }: Addressed): boolean {
  const { pattern, arguments: wanted } = binding;
  if (type === 'fanout') return true;
  if (type === 'direct') return pattern === routingKey;
  if (type === 'topic') return fitsTopic(pattern.split('.'), routingKey.split('.'));
  const match = matchOf(binding);
  const isCompared = (name: string): boolean =>
    name !== 'x-match' && (match.endsWith('-with-x') || !name.startsWith('x-'));
  const entries = Object.entries(wanted).filter(([name]) => isCompared(name));
  const has = ([name, value]: [string, unknown]): boolean => name in headers && headers[name] === value;
  return match.startsWith('any') ? entries.some(has) : entries.every(has);
}

/** `*` is one word, `#` is any number of words. */
function fitsTopic(pattern: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') return words.some((_word, index) => fitsTopic(rest, words.slice(index))) || fitsTopic(rest, []);
  return words.length > 0 && (first === '*' || first === words[0]) && fitsTopic(rest, words.slice(1));
}
