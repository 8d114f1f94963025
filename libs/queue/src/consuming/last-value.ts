import { isObservable, lastValueFrom, tap } from 'rxjs';
import type { Observable } from 'rxjs';

/** Told of a value of a stream that has others behind it. */
export type TellEarlier = (value: unknown) => void;

/**
 * A handler may answer with a stream; its last value is its result, a promise of it. Anything else is its own.
 * @param tellEarlier told of every value but the last one, and of that too when the stream fails behind it
 */
export function lastValueOf(result: unknown, tellEarlier?: TellEarlier): unknown {
  if (!isObservable(result)) return result;
  const values = tellEarlier === undefined ? result : telling(result, tellEarlier);
  return lastValueFrom(values, { defaultValue: undefined });
}

function telling(values: Observable<unknown>, tellEarlier: TellEarlier): Observable<unknown> {
  const held: unknown[] = [];
  const tell = (): void => held.splice(0).forEach(tellEarlier);
  const next = (value: unknown): void => {
    tell();
    held.push(value);
  };
  return values.pipe(tap({ next, error: tell }));
}
