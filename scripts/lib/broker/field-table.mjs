/**
 * An AMQP 0-9-1 field table (specification 4.2.5.5, with RabbitMQ's field types) as a plain object.
 * Only what the handshake carries is given its value; other types are read over.
 * @param {Buffer} buffer @param {number} offset where the table's length stands
 * @returns {{ value: Record<string, unknown>, end: number }}
 */
export function readTable(buffer, offset) {
  const end = offset + 4 + buffer.readUInt32BE(offset);
  /** @type {Record<string, unknown>} */
  const value = {};
  let at = offset + 4;
  while (at < end) {
    const name = readShortString(buffer, at);
    const field = readField(buffer, name.end);
    value[name.value] = field.value;
    at = field.end;
  }
  return { value, end };
}

/** @param {Buffer} buffer @param {number} offset */
export function readShortString(buffer, offset) {
  const end = offset + 1 + buffer.readUInt8(offset);
  return { value: buffer.toString('utf8', offset + 1, end), end };
}

/** Bytes of the field types whose length is fixed and whose value nobody here asks for. */
const FIXED_LENGTHS = { b: 1, B: 1, U: 2, s: 2, u: 2, I: 4, i: 4, l: 8, L: 8, f: 4, d: 8, D: 5, T: 8, V: 0 };

/** @param {Buffer} buffer @param {number} offset where the field's type stands @returns {{ value: unknown, end: number }} */
function readField(buffer, offset) {
  const type = String.fromCharCode(buffer.readUInt8(offset));
  const at = offset + 1;
  if (type === 'F') return readTable(buffer, at);
  if (type === 't') return { value: buffer.readUInt8(at) !== 0, end: at + 1 };
  if (type === 'S' || type === 'x' || type === 'A') {
    const end = at + 4 + buffer.readUInt32BE(at);
    return { value: type === 'S' ? buffer.toString('utf8', at + 4, end) : undefined, end };
  }
  const length = FIXED_LENGTHS[/** @type {keyof typeof FIXED_LENGTHS} */ (type)];
  if (length === undefined) throw new Error(`unknown AMQP field type ${JSON.stringify(type)}`);
  return { value: undefined, end: at + length };
}

/** @param {string} text */
export const shortString = (text) => Buffer.from([Buffer.byteLength(text), ...Buffer.from(text)]);

/** @param {Buffer | string} content */
export function longString(content) {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
