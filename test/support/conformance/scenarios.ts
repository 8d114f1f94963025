import { declaring } from './declaring';
import { dying } from './dying';
import { publishing } from './publishing';
import type { Scenario } from './scenario';
import { settling } from './settling';
import { sinceVersions } from './since-versions';
import { working } from './working';

/** Everything in which the broker in memory is held to a real one. */
export const scenarios: readonly Scenario[] = [
  ...settling,
  ...publishing,
  ...dying,
  ...declaring,
  ...working,
  ...sinceVersions,
];
