/** Those that read Nest's packets besides, also what Warren has written so; plain text is not among them: it takes such a message for its text. */
const READS_NEST = /^(?:json|celery|cloudevents)\b/;

/** Both modes are read, whichever is written. */
const CLOUD_EVENTS = /^cloudevents (?:binary|structured)$/;

/** Whether a format of this name (`is`) reads every message that one of that name (`was`) has read. */
export function readsAllOf(was: string, is: string): boolean {
  if (is.startsWith(`${was}, `)) return true;
  return (was === 'nest' && READS_NEST.test(is)) || (CLOUD_EVENTS.test(was) && CLOUD_EVENTS.test(is));
}
