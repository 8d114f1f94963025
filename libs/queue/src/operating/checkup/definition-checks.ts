import { unusedRetryOptions } from '../../run-policy';
import type { Check } from './examined';
import { ok, unless, warn } from './finding';

/** What the definitions and the settings say, without asking anybody. */
export const definitionChecks: readonly Check[] = [
  {
    name: 'runs without end',
    look: ({ registry }) => {
      const endless = registry.tasks.filter(({ timeout }) => timeout === undefined).map(({ name }) => name);
      return endless.length === 0
        ? [ok('every task has a timeout')]
        : [ok(`${endless.join(', ')} may run as long as they like: no timeout is defined`)];
    },
  },
  {
    name: 'attempts',
    look: ({ registry }) =>
      unless(
        registry.tasks
          .map((task) => ({ name: task.name, options: unusedRetryOptions(task, task.queue) }))
          .filter(({ options }) => options.length > 0)
          .map(({ name, options }) =>
            warn(`${name} says ${options.join(' and ')}, and has one attempt`, 'give it attempts, or leave them out'),
          ),
        'nothing is said of trying again that is not done',
      ),
  },
  {
    name: 'prefetch',
    look: ({ registry, settings: { concurrency: standard } }) =>
      unless(
        registry.tasks.flatMap(({ name, batch, queue: { name: queue, concurrency = standard } }) =>
          batch !== undefined && batch.size > concurrency
            ? [
                warn(
                  `batches of ${name} never fill: ${batch.size} tasks, and ${queue} has ${concurrency} in hand at once`,
                  `give queue ${queue} a concurrency of ${batch.size} at least`,
                ),
              ]
            : [],
        ),
        'every batch can fill',
      ),
  },
];
