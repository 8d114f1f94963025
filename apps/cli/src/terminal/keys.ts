import type { Input } from './streams';

/** Ctrl-C and Ctrl-D, which raw mode hands over as characters. */
const END = ['q', 'Q', '\u0003', '\u0004'];

/**
 * Reads single keys, until one ends it.
 * @returns what gives the keyboard back; may be called twice
 */
export function onEndKey(input: Input, ended: () => void): () => void {
  const read = (chunk: Buffer | string): void => {
    const typed = chunk.toString();
    if (END.some((key) => typed.includes(key))) ended();
  };
  input.setRawMode?.(true);
  input.on('data', read);
  input.resume();
  return () => {
    input.off('data', read);
    input.setRawMode?.(false);
    input.pause();
  };
}
