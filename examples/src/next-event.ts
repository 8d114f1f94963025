import type { QueueEventMap, QueueEvents } from '@app/queue';

/** The next event of a name. */
export function nextEvent<Name extends keyof QueueEventMap>(
  events: QueueEvents,
  name: Name,
): Promise<QueueEventMap[Name]> {
  return new Promise((resolve) => {
    const unsubscribe = events.on(name, (event) => {
      unsubscribe();
      resolve(event);
    });
  });
}
