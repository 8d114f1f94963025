import type { DeadLetterDetails, TaskRegistry } from '@app/queue';
import type { Role } from '../access/role';
import { masked, secretFieldsOf } from './secret-fields';
import type { SecretFields } from './secret-fields';

/** Characters of a payload that a page shows. */
const MAX_CHARACTERS = 16_384;

/** The largest body that is looked into: masking reads all of it. */
const MAX_BYTES = 8_388_608;

/** A payload as a page shows it. */
export interface PayloadView {
  /** Bytes of the whole message. */
  readonly bytes: number;
  /** JSON, or the text as it is; its beginning where it is long. */
  readonly text?: string;
  readonly isCut: boolean;
  /** Secret fields that were masked. */
  readonly masked: number;
  /** Why there is no text. */
  readonly problem?: string;
}

/**
 * A dead letter's payload, bounded, and without what its definition marks as secret. Where nobody can tell what is secret,
 * because the task is not defined here, its schema does not say what it looks like, or the payload does not look so or is of another version,
 * only an admin sees it.
 */
export function payloadView(letter: DeadLetterDetails, registry: TaskRegistry, role: Role): PayloadView {
  const { bytes, content } = letter;
  const hidden = (problem: string): PayloadView => ({ bytes, isCut: false, masked: 0, problem });
  if (bytes > MAX_BYTES) return hidden('The message is too large to be shown.');
  // Also where this process has the key: a page of it would be a copy in the clear.
  if (isEncrypted(letter, registry)) return hidden('It is encrypted, and shown to nobody.');
  const definition = letter.name === undefined ? undefined : registry.get(letter.name);
  const secrets = definition === undefined ? undefined : secretFieldsOf(definition);
  if (secrets === undefined) {
    if (role !== 'admin') {
      return hidden('Only an admin sees it: no definition known to this dashboard tells what is secret in it.');
    }
    return shown(bytes, plainText(content), 0);
  }
  const payload = payloadOf(letter, registry);
  const hasSecrets = secrets.isAll || secrets.names.size > 0;
  const why = hasSecrets ? untellable(letter, payload, secrets, definition?.version) : undefined;
  if (why !== undefined && role !== 'admin') {
    return hidden(`Only an admin sees it: ${why}, and its definition has secret fields.`);
  }
  if (payload === undefined) return shown(bytes, plainText(content), 0);
  const { value, count } =
    typeof payload.value === 'string' && !secrets.isAll
      ? { value: payload.value, count: 0 }
      : masked(payload.value, secrets);
  return shown(bytes, typeof value === 'string' ? value : JSON.stringify(value, undefined, 2), count);
}

/** Why nobody can tell where the secrets of a payload are, whose definition has some; `undefined` when they are masked. */
function untellable(
  { reason, version }: DeadLetterDetails,
  payload: { readonly value: unknown } | undefined,
  { isAll }: SecretFields,
  definedVersion: number | undefined,
): string | undefined {
  if (payload === undefined) return 'it cannot be read';
  if (isAll) return undefined;
  if (typeof payload.value !== 'object' || payload.value === null) return 'it has no fields';
  // Its bytes are as they were added, also when it was lifted for its runs: its secrets have the names of then.
  if (version !== definedVersion) return `it is of version ${version}`;
  return reason === 'invalid-payload' ? 'it is not what its definition says' : undefined;
}

function isEncrypted({ originalQueue, queue }: DeadLetterDetails, { queues }: TaskRegistry): boolean {
  return queues.some(({ name, format }) => [originalQueue, queue].includes(name) && format.isEncrypted === true);
}

function payloadOf(letter: DeadLetterDetails, registry: TaskRegistry): { value: unknown } | undefined {
  const queue = registry.queues.find(({ name }) => name === letter.originalQueue);
  try {
    const { content, properties, headers } = letter;
    const read = queue?.format.read({ content, properties: { ...properties, headers } }, letter.originalQueue);
    return read === undefined ? undefined : { value: read.payload };
  } catch {
    return undefined; // a rule of a user's own, and a message it was not written for
  }
}

function plainText(content: Buffer): string {
  return content.subarray(0, MAX_CHARACTERS * 4).toString('utf8');
}

function shown(bytes: number, whole: string, count: number): PayloadView {
  const isCut = whole.length > MAX_CHARACTERS;
  const text = isCut ? whole.slice(0, MAX_CHARACTERS).replace(/[\ud800-\udbff]$/, '') : whole;
  return { bytes, text, isCut, masked: count };
}
