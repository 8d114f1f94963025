import { refusal } from './refusal';

/** What a queue is declared with. */
export interface QueueDeclaration {
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** `quorum`, `stream`; everything else is `classic`. */
export type KindOfQueue = 'classic' | 'quorum' | 'stream';

/** Arguments that have to be the same each time a queue is declared; others are as good as not there. */
const COMPARED = [
  'x-queue-type',
  'x-message-ttl',
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-dead-letter-strategy',
  'x-max-length',
  'x-max-priority',
  'x-overflow',
  'x-delivery-limit',
  'x-single-active-consumer',
  'x-max-age',
  'x-max-length-bytes',
  'x-stream-max-segment-size-bytes',
];

/** Those that a number belongs to. */
const NUMBERS = ['x-message-ttl', 'x-max-length', 'x-max-priority', 'x-delivery-limit', 'x-max-length-bytes'];

/** Those that change what a queue does, and that the broker in memory does not carry out; of a stream it takes all and carries out none. */
const NOT_CARRIED_OUT = [
  'x-single-active-consumer',
  'x-max-length-bytes',
  'x-expires',
  'x-consumer-timeout',
  'x-delayed-retry-type',
];

/** What the broker calls the types of AMQP's field values. */
function typeOf(value: unknown): string {
  return typeof value === 'string' ? 'longstr' : typeof value === 'boolean' ? 'bool' : 'signedint';
}

/** The kind of queue that its arguments ask for. */
export function kindOf({ arguments: given }: QueueDeclaration): KindOfQueue {
  const type = given['x-queue-type'];
  return type === 'quorum' || type === 'stream' ? type : 'classic';
}

/** @throws Refusal (540) for what a real broker would do and this one would not: a test must not pass because of it. */
export function assertCarriedOut(name: string, declaration: QueueDeclaration): void {
  if (kindOf(declaration) === 'stream') return;
  const { arguments: given } = declaration;
  const asked = NOT_CARRIED_OUT.find((argument) => given[argument] !== undefined && given[argument] !== false);
  const overflow = given['x-overflow'] === 'reject-publish-dlx' ? 'x-overflow: reject-publish-dlx' : undefined;
  const missing = asked ?? overflow;
  if (missing !== undefined)
    throw refusal(540, `the broker in memory does not carry out '${missing}', which queue '${name}' is declared with`);
}

/** @throws Refusal (406) for what no queue of its kind can have. */
export function assertPossible(name: string, declaration: QueueDeclaration): void {
  const kind = kindOf(declaration);
  const given = declaration.arguments;
  for (const argument of NUMBERS) {
    const value = given[argument];
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) continue;
    throw refusal(406, `invalid arg '${argument}' for queue '${name}' in vhost '/': "expected integer"`);
  }
  const impossible =
    kind === 'classic'
      ? Object.keys(given).find((argument) => argument === 'x-delivery-limit')
      : Object.keys(given).find((argument) => argument === 'x-max-priority');
  if (impossible !== undefined) {
    throw refusal(
      406,
      `invalid arg '${impossible}' for queue '${name}' in vhost '/' of queue type rabbit_${kind}_queue`,
    );
  }
  if (kind === 'classic') return;
  const property = declaration.durable ? (declaration.exclusive ? 'exclusive' : undefined) : 'durable';
  const wrong = property ?? (declaration.autoDelete ? 'auto-delete' : undefined);
  if (wrong !== undefined) throw refusal(406, `invalid property '${wrong}' for queue '${name}' in vhost '/'`);
}

/** @throws Refusal (406) when a queue that exists was declared otherwise, in the words of RabbitMQ. */
export function assertSame(name: string, current: QueueDeclaration, received: QueueDeclaration): void {
  for (const [property, words] of [
    ['durable', 'durable'],
    ['autoDelete', 'auto_delete'],
  ] as const) {
    if (current[property] === received[property]) continue;
    throw refusal(
      406,
      `inequivalent arg '${words}' for queue '${name}' in vhost '/': received '${received[property]}' but current is '${current[property]}'`,
    );
  }
  for (const argument of COMPARED) {
    const [one, other] = [received.arguments[argument], current.arguments[argument]].map((value) =>
      argument === 'x-queue-type' ? (value ?? 'classic') : value,
    );
    if (one === other) continue;
    throw refusal(
      406,
      `inequivalent arg '${argument}' for queue '${name}' in vhost '/': received ${said(one, other)} but current is ${said(other, one)}`,
    );
  }
}

function said(value: unknown, beside: unknown): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return beside === undefined ? `the value '${text}' of type '${typeOf(value)}'` : `'${text}'`;
}
