type AnyErrorClass = abstract new (...args: never[]) => Error;

/** Where an error that came from a thread keeps the names of the classes it had there. */
export const CLASSES = Symbol('classes of the error in its thread');

/** `instanceof`, and for an error that came from a thread also by the names of the classes it had there. */
export function isOfClass(error: unknown, known: AnyErrorClass): boolean {
  if (error instanceof known) return true;
  if (typeof error !== 'object' || error === null || !(CLASSES in error)) return false;
  return (error[CLASSES] as readonly string[]).includes(known.name);
}
