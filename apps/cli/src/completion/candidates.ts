import type { Argument, Command, Option } from 'commander';

/** Names that are completed, by what arguments and options call them. */
export interface KnownNames {
  readonly task: readonly string[];
  readonly queue: readonly string[];
}

/**
 * What may come next on a command line.
 * @param typed the words behind the program's name, the last of which is being typed and may be empty
 */
export function candidatesOf(program: Command, typed: readonly string[], names: KnownNames): string[] {
  const current = typed.at(-1) ?? '';
  let command = program;
  let operands = 0;
  let wanting: Option | undefined;
  for (const word of typed.slice(0, -1)) {
    if (wanting !== undefined) wanting = undefined;
    else if (word.startsWith('-'))
      wanting = optionsOf(command).find((option) => isCalled(option, word) && takesValue(option));
    else {
      const next = command.commands.find((one) => one.name() === word);
      if (next === undefined) operands += 1;
      else command = next;
    }
  }
  const found = wanting === undefined ? nextWords(command, operands, current, names) : valuesOf(wanting, names);
  return found.filter((word) => word.startsWith(current)).toSorted();
}

function nextWords(command: Command, operands: number, current: string, names: KnownNames): readonly string[] {
  if (current.startsWith('-')) return optionsOf(command).flatMap(({ long, hidden }) => (long && !hidden ? [long] : []));
  if (command.commands.length > 0)
    return command
      .createHelp()
      .visibleCommands(command)
      .map((one) => one.name());
  const { registeredArguments: wanted } = command;
  const argument = wanted[operands] ?? wanted.findLast(({ variadic }) => variadic);
  return argument === undefined ? [] : valuesOf(argument, names);
}

/** Those of a command, and those of all. */
function optionsOf(command: Command): readonly Option[] {
  return command.parent === null ? command.options : [...command.options, ...optionsOf(command.parent)];
}

function isCalled({ short, long }: Option, word: string): boolean {
  return word === short || word === long;
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function valuesOf(wanted: Argument | Option, names: KnownNames): readonly string[] {
  if (wanted.argChoices !== undefined) return wanted.argChoices;
  const name = 'flags' in wanted ? (/<([a-z]+)/.exec(wanted.flags)?.[1] ?? '') : wanted.name();
  if (name === 'task') return names.task;
  return /^queues?$/.test(name) ? names.queue : [];
}
