import { delayLevels } from '../../topology/delay-levels';
import { undeliveredPlan } from '../../topology/queue-arguments';
import { lookOf, waitingIn } from './examined';
import type { Check } from './examined';
import { fail, ok, warn } from './finding';

/** The delay levels, and where what came due too early for its queue waits. */
export const delayChecks: readonly Check[] = [
  {
    name: 'delay levels',
    look: (examined) => {
      const names = delayLevels(true).map(({ queue }) => queue.name);
      const missing = names.filter((name) => lookOf(examined, name).state === 'missing');
      if (missing.length === names.length)
        return [warn('not declared yet: delays and retries cannot wait', 'a worker declares them when it starts')];
      return missing.length > 0
        ? [
            fail(
              `${missing.join(', ')} missing: delayed tasks find no way through`,
              'start or restart a worker, which declares them',
            ),
          ]
        : [ok(`all ${names.length} are there`)];
    },
  },
  {
    name: 'undelivered',
    look: (examined) => {
      const [one] = waitingIn(examined, undeliveredPlan(true).name);
      return one === undefined
        ? [ok('every delayed task has found its queue')]
        : [
            warn(
              `${one.ready} delayed tasks came due and found no queue`,
              'start a worker of their queue: it fetches its own',
            ),
          ];
    },
  },
];
