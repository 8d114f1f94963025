import type { HeadersRead } from './formats';
import { header, isBrokerHeader } from './headers';
import { TRACE_HEADERS } from './trace-headers';

/** What a seal writes. Not among Warren's own headers: it goes with the message through retries, dead letters and redrives. */
export const sealHeader = {
  signature: 'x-signature',
  signatureKey: 'x-signature-key',
  encryptionKey: 'x-encryption-key',
} as const;

/** Headers that change on a message's way, or that a seal writes itself. */
const UNCOVERABLE = new Set<string>([
  ...Object.values(header).filter((name) => name !== header.taskVersion),
  ...TRACE_HEADERS,
  ...Object.values(sealHeader),
]);

/** One header that is covered: its name and its value; the name alone where the message has none. */
export type CoveredHeader = readonly [name: string, value?: unknown];

/**
 * The headers that a seal covers. The same ones for who writes and who reads: those named, there or not, those of a prefix that are there, and the
 * payload's version where there is one: who may change headers must not choose by which rule a payload is read.
 */
export class CoveredHeaders {
  private readonly names: ReadonlySet<string>;
  private readonly prefixes: readonly string[];

  /** @param read names that a seal cannot cover are left out */
  constructor({ names = [], prefixes = [] }: HeadersRead) {
    this.names = new Set(names);
    this.prefixes = prefixes;
  }

  /** In the order of their names, whatever order the message has them in. */
  of(headers: Readonly<Record<string, unknown>>): readonly CoveredHeader[] {
    const there = Object.keys(headers).filter(
      (name) => name === header.taskVersion || this.prefixes.some((prefix) => name.startsWith(prefix)),
    );
    const names = [...new Set([...this.names, ...there])].filter((name) => isCoverable(name)).sort();
    return names.map((name) => (headers[name] === undefined ? [name] : [name, headers[name]]));
  }
}

/** Whether a header stays what it was through retries, delays, dead letters and redrives. */
export function isCoverable(name: string): boolean {
  return !UNCOVERABLE.has(name) && !isBrokerHeader(name);
}
