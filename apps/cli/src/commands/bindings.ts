import { bindingText } from '@app/queue/operating';
import { UsageError, exitCode } from '../exit-codes';
import { inertLine } from '../terminal/inert-text';
import type { Desk } from './desk';

/** The options of `warren bindings`. */
export interface BindingsOptions {
  readonly remove?: boolean;
  readonly yes?: boolean;
}

/** `warren bindings`: bindings of defined queues that no definition asks for; with `--remove` takes them away. */
export async function bindings(desk: Desk, { remove = false, yes = false }: BindingsOptions): Promise<number> {
  const { managementUrl } = await desk.configuration();
  if (managementUrl === undefined)
    throw new UsageError('AMQP cannot list bindings: set MANAGEMENT_URL to the broker’s management API.');
  const { operations } = await desk.reach();
  const stale = await operations.staleBindings(managementUrl);
  if (desk.json && !remove) await desk.screen.json(stale);
  if (!desk.json) for (const binding of stale) await desk.screen.result(inertLine(bindingText(binding)));
  if (stale.length === 0) {
    if (desk.json && remove) await desk.screen.json({ removed: [] });
    desk.screen.note('Every binding of the queues is defined.');
    return exitCode.done;
  }
  if (!remove) {
    desk.screen.note('Nothing was changed; warren bindings --remove takes away what no definition asks for.');
    return exitCode.done;
  }
  if (!yes) {
    if (!desk.screen.isAttended)
      throw new UsageError('messages stop coming by a binding that is removed, and nobody is there to ask: add --yes.');
    if (!(await desk.screen.agrees(`These ${stale.length} bindings are removed. Go on?`, desk.signal))) {
      desk.screen.note('Nothing was removed.');
      return exitCode.failed;
    }
  }
  await operations.removeBindings(stale);
  if (desk.json) await desk.screen.json({ removed: stale });
  else desk.screen.note(`Removed ${stale.length}.`);
  return exitCode.done;
}
