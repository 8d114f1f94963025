/** Does some work once at the end of the current turn, however often it is asked for until then: what is published together leaves in few writes. */
export function onceATurn(work: () => void): () => void {
  let isScheduled = false;
  const run = (): void => {
    isScheduled = false;
    work();
  };
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(run);
  };
}
