import { CONTROL_STREAM, EVENTS_STREAM } from '../../topology/streams';
import { lookOf } from './examined';
import type { Check } from './examined';
import { fail, unless, warn } from './finding';
import type { Says } from './finding';

const STREAMS = [
  { name: EVENTS_STREAM, without: 'nobody can look back at what happened' },
  { name: CONTROL_STREAM, without: 'nobody can cancel, pause or stop' },
] as const;

/** The two streams, without which everything goes on but looking back and steering. */
export const streamChecks: readonly Check[] = [
  {
    name: 'streams',
    look: (examined) =>
      unless(
        STREAMS.flatMap(({ name, without }): Says[] => {
          const look = lookOf(examined, name);
          if (look.state === 'missing')
            return [warn(`${name} is not there yet: ${without}`, 'the first worker that starts makes it')];
          return look.state === 'denied'
            ? [fail(`${look.why} So ${without}`, 'grant the user what docs/topology.md lists')]
            : [];
        }),
        'both are there',
      ),
  },
];
