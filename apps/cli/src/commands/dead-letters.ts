import { commandOf } from '../dead-letters/arguments';
import type { DeadLetterAction, DeadLetterOptions } from '../dead-letters/arguments';
import { runCommand } from '../dead-letters/run-command';
import type { CommandOf } from './desk';

type DeadLetterCommandOf = CommandOf<DeadLetterOptions>;

/** `warren dead-letters list` */
export const listDeadLetters = commandFor('list');

/** `warren dead-letters show` */
export const showDeadLetters = commandFor('show');

/** `warren dead-letters redrive` */
export const redriveDeadLetters = commandFor('redrive');

/** `warren dead-letters purge` */
export const purgeDeadLetters = commandFor('purge');

function commandFor(action: DeadLetterAction): DeadLetterCommandOf {
  return async (desk, options, ids = []) => {
    const command = commandOf(action, ids, options);
    const { operations } = await desk.reach();
    return runCommand(command, operations.deadLetters, desk.screen, desk.signal, desk.operator);
  };
}
