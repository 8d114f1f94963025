import { candidatesOf } from '../completion/candidates';
import { completionScript, shells } from '../completion/scripts';
import { UsageError, exitCode } from '../exit-codes';
import { buildProgram } from '../program';
import type { Desk } from './desk';

/** `warren completion bash|zsh|fish`: prints the shell's part of the completion. */
export async function completion(desk: Desk, _options: object, [shell = '']: readonly string[] = []): Promise<number> {
  const script = completionScript(shell, desk.program);
  if (script === undefined) throw new UsageError(`completion is there for ${shells.join(', ')}.`);
  if (desk.json) await desk.screen.json({ shell, script });
  else await desk.screen.result(script);
  return exitCode.done;
}

/** `warren words -- ...`: what may come next, one a line; as JSON one list. */
export async function words(desk: Desk, _options: object, typed: readonly string[] = []): Promise<number> {
  const names = {
    task: desk.registry.tasks.map(({ name }) => name),
    queue: desk.registry.queues.map(({ name }) => name),
  };
  const found = candidatesOf(
    buildProgram(async () => undefined),
    typed,
    names,
  );
  if (desk.json) await desk.screen.json(found);
  else if (found.length > 0) await desk.screen.result(found.join('\n'));
  return exitCode.done;
}
