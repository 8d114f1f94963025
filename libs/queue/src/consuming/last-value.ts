import { concatMap, dematerialize, isObservable, lastValueFrom, materialize } from 'rxjs';
import type { Observable } from 'rxjs';

/** Told of a value of a stream that has others behind it; the next one is told when the promise is kept. Never rejects. */
export type TellEarlier = (value: unknown) => void | Promise<void>;

/**
 * A handler may answer with a stream; its last value is its result, a promise of it. Anything else is its own.
 * @param tellEarlier told of every value but the last one, and of that too when the stream fails behind it; one after the other
 */
export function lastValueOf(result: unknown, tellEarlier?: TellEarlier): unknown {
  if (!isObservable(result)) return result;
  const values = tellEarlier === undefined ? result : telling(result, tellEarlier);
  return lastValueFrom(values, { defaultValue: undefined });
}

/** The same stream, each value, and its end, as late as those before it have been told. */
function telling(values: Observable<unknown>, tellEarlier: TellEarlier): Observable<unknown> {
  const held: unknown[] = [];
  return values.pipe(
    materialize(),
    concatMap(async (said) => {
      if (said.kind !== 'C') for (const value of held.splice(0)) await tellEarlier(value);
      if (said.kind === 'N') held.push(said.value);
      return said;
    }),
    dematerialize(),
  );
}
