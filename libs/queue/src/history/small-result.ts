/** Bytes of JSON that a result may have to be kept with what happened. */
export const MAX_RESULT_BYTES = 1_024;

/** Stands for a result of which nothing is known but that it is too large to be kept: it has stayed in its thread. */
export const TOO_LARGE = Symbol('a result that is too large to be kept');

/** `undefined`: there is none. `false`: it is too large to be kept, or JSON cannot say it. Otherwise its JSON. */
export type ResultText = string | false | undefined;

/**
 * What a handler returned, as JSON, when it is small. Looks at no more of it than may be kept: a handler that returns megabytes costs
 * nothing. A function counts as nothing; what JSON cannot say (a BigInt anywhere in it, a circle) as too large, so that nobody takes it for nothing.
 */
export function resultText(result: unknown): ResultText {
  if (result === undefined || result === null || typeof result === 'function') return undefined;
  if (result === TOO_LARGE) return false;
  try {
    if (!fits(result, { left: MAX_RESULT_BYTES })) return false;
    const text: string | undefined = JSON.stringify(result);
    if (text === undefined) return undefined;
    return Buffer.byteLength(text) > MAX_RESULT_BYTES ? false : text;
  } catch {
    return false;
  }
}

/** The other way round: what is known of a result by its text. */
export function resultOfText(text: ResultText): unknown {
  if (text === undefined) return undefined;
  return text === false ? TOO_LARGE : (JSON.parse(text) as unknown);
}

/** Counts at least one byte for each part, and stops at the first that is too much. */
function fits(value: unknown, room: { left: number }): boolean {
  if (typeof value === 'string') room.left -= value.length;
  else if (typeof value !== 'object' || value === null) room.left -= 1;
  else if (ArrayBuffer.isView(value)) room.left -= value.byteLength;
  else room.left -= 2;
  if (room.left < 0) return false;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  for (const key in value) {
    room.left -= key.length;
    if (room.left < 0 || !fits((value as Record<string, unknown>)[key], room)) return false;
  }
  return true;
}
