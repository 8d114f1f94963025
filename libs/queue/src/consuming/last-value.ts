import { isObservable, lastValueFrom } from 'rxjs';

/** A handler may answer with a stream; its last value is its result, a promise of it. Anything else is its own. */
export function lastValueOf(result: unknown): unknown {
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}
