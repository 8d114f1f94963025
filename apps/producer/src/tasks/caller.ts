/** Characters of an address that are kept: those of IPv6, with a zone. */
const MAX_ADDRESS = 50;

/**
 * Who has asked for something over HTTP, for the record: the API knows nobody, so what callers say of themselves stands in parentheses
 * behind the address that they came from (a proxy's, where there is one).
 */
export function callerOf(address: string | undefined, says: string | undefined): string {
  const known = address === undefined ? 'http' : `http ${address.replace(/^::ffff:/i, '').slice(0, MAX_ADDRESS)}`;
  return says === undefined ? known : `${known} (${says})`;
}
