import type { Command } from 'commander';
import { examples } from '../apps/cli/src/examples';
import { buildProgram } from '../apps/cli/src/program';

/** Where the part of docs/command-line.md begins that is printed. */
export const PRINTED =
  '<!-- Printed by scripts/print-configuration.mjs from the program. Change that, not what follows. -->\n';

/** Every command with its arguments, options and examples, as the program declares them. */
export function commandsPart(): string {
  const program = buildProgram(async () => undefined);
  return `${PRINTED}\n${leavesOf(program).map(chapter).join('\n\n')}\n`;
}

/** The commands that do something, without those that are not shown. */
function leavesOf(command: Command): Command[] {
  const inner = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
  return inner.length === 0 ? [command] : inner.flatMap(leavesOf);
}

function chapter(command: Command): string {
  const name = nameOf(command);
  const options = command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help');
  const typed = Object.entries(examples).find(([one]) => one === name)?.[1] ?? [];
  const usage = command.usage().replace('[options] ', '').replace('[options]', '');
  return [
    `### \`warren ${`${name} ${usage}`.trim()}\``,
    sentence(command.description()),
    ...(options.length === 0
      ? []
      : [options.map(({ flags, description }) => `- \`${flags}\`: ${description}`).join('\n')]),
    ['```sh', ...typed, '```'].join('\n'),
  ].join('\n\n');
}

function nameOf(command: Command): string {
  const group = command.parent?.parent === null ? '' : `${command.parent?.name()} `;
  return group + command.name();
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
