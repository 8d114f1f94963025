import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** Random bytes are fetched for many ids at once: a call for each costs more than all the rest of an id. */
const random = new Uint32Array(1_024);
let next = random.length;

const generator = new V7Generator({
  nextUint32: () => {
    if (next === random.length) {
      randomFillSync(random);
      next = 0;
    }
    const value = random[next] ?? 0;
    random[next] = 0; // an id's randomness does not stay in memory
    next += 1;
    return value;
  },
});

/** A new task's id: a UUIDv7, in the order of their making within one process. */
export function newTaskId(): string {
  return generator.generate().toString();
}
