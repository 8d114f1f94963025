import { Argument, Command } from 'commander';
import type { OutputConfiguration } from 'commander';
import type { CommandName } from './command-names';
import { shells } from './completion/scripts';
import { reasons } from './dead-letters/arguments';
import { examples } from './examples';
import { duration, pointInTime, repeated, since, wholeNumberFrom } from './reading/option-values';

/** Carries a command out: its name, its options with those of every command, and its arguments, each a list. */
export type CarryOut = (name: CommandName, options: object, args: readonly (readonly string[])[]) => Promise<void>;

/** Adds a command. `usage`: its name and arguments. */
type Add = (usage: string, description: string, isHidden?: boolean) => Command;

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no broker, 4 nothing matched, 130 interrupted.`;

/** The command line: every command with its arguments and options. Nothing of what the commands do is loaded with it. */
export function buildProgram(carryOut: CarryOut, output: OutputConfiguration = {}, version = ''): Command {
  const program = new Command('warren')
    .description("Operates Warren's queues: look, add, check, mend.")
    .option(
      '--url <url>',
      'the broker, as AMQP_URL has it; default: AMQP_URL, CLOUDAMQP_URL or RABBITMQ_URL, or one of this checkout that runs',
    )
    .option('--json', 'one JSON document, or one JSON object a line where results come one by one')
    .version(version)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(output)
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  const add = adder(program, carryOut);
  add('status', 'the broker that answers, and what each queue holds: ready, quarantined, dead, and what is delayed');
  add('queues [queues...]', 'each queue with its type, its tasks and their settings, and its counts');
  declareAdd(add);
  declareLooking(add);
  declareSteering(program, carryOut);
  declareDeadLetters(program, carryOut);
  add(
    'doctor',
    'checks broker, queues and settings against the definitions, and says how to mend what is wrong',
  ).option('--only <words...>', 'only checks whose name holds one of these words');
  add('bindings', 'bindings of the queues to exchanges that no definition asks for; wants MANAGEMENT_URL')
    .option('--remove', 'take them away')
    .option('--yes', 'without asking');
  declareContracts(program, carryOut);
  add('asyncapi', 'prints the definitions as an AsyncAPI 3.0 document: what the messages of each queue look like');
  add('completion', 'prints what makes a shell complete commands, options, tasks and queues').addArgument(
    new Argument('<shell>').choices(shells),
  );
  add('words [typed...]', 'what may come next: the completion of the shells asks this', true);
  return program;
}

function declareAdd(add: Add): void {
  add('add <task> [payload]', 'adds a task whose payload is JSON; with "-" one for each line of standard input')
    .option('--delay <duration>', 'hand it out no sooner than then: 500ms, 10s, 15m, 2h, 7d', duration)
    .option('--at <time>', 'hand it out at this time: 2026-12-24T08:00Z', pointInTime)
    .option('--expires-in <duration>', 'put it aside when no run has begun by then', duration)
    .option('--priority <number>', "from 0 to its queue's highest", wholeNumberFrom(0))
    .option('--id <id>', 'its id; the same id is the same task to a handler that looks at it. Default: a new one')
    .option('--dry-run', 'only check the payload')
    .option('--wait', 'wait until it has ended, and print what its handler returned')
    .option('--timeout <duration>', 'with --wait: no longer than so. Default: 10m from when it is due', duration);
}

function declareLooking(add: Add): void {
  add('task <id>', 'all that is known of one task: where it stands, its attempts, errors and result');
  add(
    'tasks [search...]',
    'tasks that were heard of, the last first. A search has words and name: state: queue: error: since: id:, as in state:retrying name:image.*',
  ).option('--limit <n>', 'at most so many; default: 50', wholeNumberFrom(1));
  add('workers', 'the workers that live, and those that have ended within the hour');
  add(
    'top',
    'queues, running tasks and the last failures on a live screen; q quits. With --json a line of all that each second, also off a terminal',
  );
  add('events', 'what happened: one event a line, of the last 15 minutes unless told otherwise')
    .option('-f, --follow', 'go on with what happens from now on')
    .option('--since <time>', 'since then: 15m, 2h, 7d ago, or 2026-11-21T08:30', since)
    .option('--kind <kind>', 'only such: added, completed, retrying, dead-lettered ...; may be repeated', repeated)
    .option('--queue <queue>', 'only of this queue; may be repeated', repeated)
    .option('--name <task>', 'only of tasks of this name; may be repeated', repeated)
    .option('--id <id>', 'only of the task whose id begins so');
}

function declareSteering(program: Command, carryOut: CarryOut): void {
  const add = adder(program, carryOut);
  add(
    'cancel <ids...>',
    'cancels tasks: what waits does not run, what runs is told by its signal. Asks, unless one id is named',
  ).option('--yes', 'without asking');
  add('pause <queue>', 'no worker takes from this queue any more, until it is resumed, also after restarts')
    .option('--reason <text>', 'why, for those who wonder')
    .option('--yes', 'without asking');
  add('resume <queue>', 'workers take from this queue again');
  const group = program.command('worker').description('one worker: quiet it, or stop it');
  const addToGroup = adder(group, carryOut);
  addToGroup('quiet <worker>', 'it takes nothing new; what it runs ends, and it stays up').option(
    '--yes',
    'without asking',
  );
  addToGroup('stop <worker>', 'it finishes what it runs and ends; a supervisor does not start it again').option(
    '--yes',
    'without asking',
  );
}

function declareDeadLetters(program: Command, carryOut: CarryOut): void {
  const group = program.command('dead-letters').description('what was put aside: look, give back, throw away');
  const add = adder(group, carryOut);
  const ofQueue = (command: Command): Command =>
    command.option('--queue <queue>', 'only of this work queue; may be repeated. Default: all defined ones', repeated);
  const filtered = (command: Command): Command =>
    ofQueue(command)
      .option('--reason <reason>', `only of this reason: ${reasons.join(', ')}, broker:...; may be repeated`, repeated)
      .option('--name <task>', 'only tasks of this name; may be repeated', repeated)
      .option('--since <time>', 'only those put aside since then: 15m, 2h, 7d ago, or 2026-11-21T08:30', since)
      .option('--limit <n>', 'at most so many', wholeNumberFrom(1));
  const acting = (command: Command): Command =>
    filtered(command)
      .option('--all', 'all that are in the queues')
      .option('--dry-run', 'only tell what would be done')
      .option('--yes', 'without asking');

  filtered(
    add(
      'list',
      'what is in the dead-letter queues, the oldest of each first, 100 unless told otherwise; takes nothing away',
    ),
  );
  ofQueue(add('show <ids...>', 'dead letters with their properties, headers, error and stack')).option(
    '--body',
    'the first 2 KB of the body too',
  );
  acting(
    add(
      'redrive [ids...]',
      'gives dead letters back to the queues they came from; their attempts begin anew. Asks, unless one id is named',
    ),
  );
  acting(add('purge [ids...]', 'throws dead letters away, for good. Asks always'));
}

function declareContracts(program: Command, carryOut: CarryOut): void {
  const group = program.command('contracts').description('what others rely on in the definitions: compare, write down');
  const add = adder(group, carryOut);
  const withFile = (command: Command): Command =>
    command.option('--file <path>', 'the snapshot; default: contracts.json of the checkout');
  withFile(
    add(
      'check',
      'compares the definitions with their snapshot; ends with 1 for a breaking change, and says which task, which field and why',
    ),
  );
  withFile(add('write', 'writes the snapshot anew; refuses to when that breaks a contract')).option(
    '--accept-breaking',
    'write also what breaks',
  );
}

/** What adds commands to a program, or to a group of its commands. */
function adder(parent: Command, carryOut: CarryOut): Add {
  return (usage, description, isHidden = false) => {
    const command = parent.command(usage, { hidden: isHidden }).description(description);
    const name = parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
    const typed = Object.entries(examples).find(([one]) => one === name)?.[1] ?? [];
    command.addHelpText('after', ['\nExamples:', ...typed.map((example) => `  ${example}`)].join('\n'));
    return command.action(() =>
      carryOut(name as CommandName, command.optsWithGlobals(), command.processedArgs.map(listOf)),
    );
  };
}

function listOf(argument: unknown): readonly string[] {
  if (Array.isArray(argument)) return argument as string[];
  return typeof argument === 'string' ? [argument] : [];
}
