const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Keeps the calling thread from everything else for so many milliseconds, as a computation does, and leaves the processor to others. */
export function block(milliseconds: number): void {
  Atomics.wait(cell, 0, 0, milliseconds);
}
