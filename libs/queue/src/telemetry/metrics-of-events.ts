import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { QueueEvents } from '../events';
import type { TaskRegistry } from '../task-registry';
import { OTHER } from './task-series';

/** How the publishing of an event ends. An outcome is what a run has. */
const ENDS = ['confirmed', 'unroutable', 'failed'] as const;

/** What became of events that were published, one series for each that is defined and `other` for the rest. */
export function registerEventMetrics(
  register: Registry,
  registry: Pick<TaskRegistry, 'events'>,
  events: QueueEvents,
): void {
  const names = new Set(registry.events.map(({ name }) => name));
  const published = new Counter({
    name: 'warren_events_published_total',
    help: 'Events that this process has published to their exchanges, by how that ended.',
    labelNames: ['event', 'end'],
    registers: [register],
  });
  const count = (name: string, end: (typeof ENDS)[number]): void =>
    published.inc({ event: names.has(name) ? name : OTHER, end });
  for (const event of names) for (const end of ENDS) published.inc({ event, end }, 0);
  events.on('event.published', ({ name }) => count(name, 'confirmed'));
  events.on('event.unpublished', ({ name, isUnroutable }) => count(name, isUnroutable ? 'unroutable' : 'failed'));
}
