import { CommanderError } from 'commander';
import { commands } from './command-names';
import { commandOf } from './dead-letters/arguments';
import type { DeadLetterAction, DeadLetterCommand } from './dead-letters/arguments';
import { UsageError } from './exit-codes';
import { buildProgram } from './program';

/** What a command line means: the command, its options, and its arguments. */
async function read(...args: string[]): Promise<{ name: string; options: object; args: unknown }> {
  const seen: { name: string; options: object; args: unknown }[] = [];
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  const program = buildProgram(async (name, options, listed) => {
    seen.push({ name, options, args: listed });
  }, silent);
  await program.parseAsync(args, { from: 'user' });
  return seen[0] ?? { name: '', options: {}, args: [] };
}

async function readDeadLetters(...args: string[]): Promise<DeadLetterCommand> {
  const { name, options, args: lists } = await read('dead-letters', ...args);
  const [ids = []] = lists as string[][];
  return commandOf(name.split(' ')[1] as DeadLetterAction, ids, options);
}

describe('the command line', () => {
  it('takes what every command takes before and behind the command', async () => {
    const options = { url: 'amqp://there', json: true };
    expect(await read('--url', 'amqp://there', '--json', 'status')).toEqual({ name: 'status', options, args: [] });
    expect(await read('status', '--url', 'amqp://there', '--json')).toEqual({ name: 'status', options, args: [] });
  });

  it('reads durations, times and numbers', async () => {
    const { options, args } = await read('add', 'image.resize', '{}', '--delay', '10s', '--priority', '3', '--id', 'x');
    expect({ options, args }).toEqual({
      options: { delay: 10_000, priority: 3, id: 'x' },
      args: [['image.resize'], ['{}']],
    });
    expect(await read('add', 'a', '-', '--at', '2026-12-24T08:00Z', '--expires-in', '2h', '--dry-run')).toMatchObject({
      options: { at: Date.parse('2026-12-24T08:00Z'), expiresIn: 7_200_000, dryRun: true },
      args: [['a'], ['-']],
    });
  });

  it.each([
    [['add', 'a', '{}', '--delay', '10'], /--delay .* takes a duration: 500ms, 10s, 15m, 2h or 7d/],
    [['add', 'a', '{}', '--at', 'noon'], /--at .* takes a time like/],
    [['add', 'a', '{}', '--priority', '-1'], /--priority .* takes a whole number from 0/],
    [['add'], /missing required argument 'task'/],
    [['add', 'a', '{}', 'b'], /too many arguments/],
    [['dead-letters', 'list', '--limit', '0'], /--limit .* takes a whole number from 1/],
    [['dead-letters', 'list', '--limit', '1e3'], /--limit .* takes a whole number from 1/],
    [['dead-letters', 'list', '--since', 'soon'], /--since .* takes 90s, 15m, 2h, 7d or a time like 2026-11-21T08:30/],
    [['dead-letters', 'list', '--dry-run'], /unknown option '--dry-run'/],
    [['dead-letters', 'list', '--yes'], /unknown option '--yes'/],
    [['dead-letters', 'show', 'a', '--reason', 'expired'], /unknown option '--reason'/],
    [['dead-letters', 'list', '--quueue', 'a'], /unknown option '--quueue'[\s\S]*--queue/],
    [['dead-letters', 'show'], /missing required argument 'ids'/],
    [['statsu'], /unknown command 'statsu'[\s\S]*status/],
    [['completion', 'cmd'], /Allowed choices are bash, zsh, fish/],
  ])('refuses %j', async (args, message) => {
    await expect(read(...args)).rejects.toThrow(message);
    await expect(read(...args)).rejects.toBeInstanceOf(CommanderError);
  });

  it('knows where each command is, and each is declared', async () => {
    const declared: string[] = [];
    const program = buildProgram(async () => undefined);
    for (const command of program.commands) {
      if (command.commands.length === 0) declared.push(command.name());
      for (const inner of command.commands) declared.push(`${command.name()} ${inner.name()}`);
    }
    expect(declared.toSorted()).toEqual(Object.keys(commands).toSorted());
    const loaded = await Promise.all(Object.values(commands).map((load) => load()));
    expect(loaded.every((command) => typeof command === 'function')).toBe(true);
  });
});

describe('the command line of dead-letters', () => {
  it('says what to do, with which dead letters', async () => {
    const flags = ['--queue', 'images', '--queue', 'tasks.dlq', '--reason', 'timed-out', '--reason', 'broker:maxlen'];
    const rest = ['--name', 'image.resize', '--since', '2026-11-20T12:00:00Z', '--limit', '5', '--dry-run'];
    expect(await readDeadLetters('redrive', ...flags, ...rest)).toEqual({
      action: 'redrive',
      filter: {
        queue: ['images', 'tasks'],
        reason: ['timed-out', 'broker:maxlen'],
        name: ['image.resize'],
        since: Date.parse('2026-11-20T12:00:00Z'),
        limit: 5,
      },
      dryRun: true,
      json: false,
      body: false,
      yes: false,
    });
  });

  it('takes ids', async () => {
    const purge = await readDeadLetters('purge', 'a', 'b', '--json');
    expect(purge).toMatchObject({ filter: { id: ['a', 'b'] }, json: true });
    expect(await readDeadLetters('show', 'a', '--body')).toMatchObject({
      action: 'show',
      filter: { id: ['a'] },
      body: true,
    });
    expect(await readDeadLetters('purge', '--all', '--yes')).toMatchObject({ filter: {}, yes: true });
    expect(await readDeadLetters('redrive', '--queue', 'images')).toMatchObject({ filter: { queue: ['images'] } });
  });

  it('lists a hundred for people, and all for programs', async () => {
    expect((await readDeadLetters('list')).filter).toEqual({ limit: 100 });
    expect((await readDeadLetters('list', '--limit', '7')).filter).toEqual({ limit: 7 });
    expect((await readDeadLetters('list', '--json')).filter).toEqual({});
  });

  it.each([
    [['redrive'], 'redrive needs ids, --queue, a filter (--reason, --name, --since, --limit), or --all.'],
    [['purge'], 'purge needs ids, a filter (--reason, --name, --since, --limit), or --all.'],
    [
      ['purge', '--queue', 'images', '--queue', 'tasks'],
      'purge throws away for good, and a queue alone is not enough: add a filter (--reason, --name, --since, --limit), ' +
        'or, for everything in it, --all: warren dead-letters purge --queue images --queue tasks --all',
    ],
    [
      ['purge', '--queue', "a'b; c"],
      'purge throws away for good, and a queue alone is not enough: add a filter (--reason, --name, --since, --limit), ' +
        "or, for everything in it, --all: warren dead-letters purge --queue 'a'\\''b; c' --all",
    ],
    [['purge', 'a', '--all'], '--all and ids contradict each other; leave one out.'],
    [['list', '--queue', '.dlq'], '--queue takes the name of a work queue, and got an empty one.'],
  ])('%p: %s', async (args, message) => {
    await expect(readDeadLetters(...args)).rejects.toThrow(new UsageError(message));
  });

  it('names the reasons that there are', async () => {
    await expect(readDeadLetters('list', '--reason', 'timeout')).rejects.toThrow(
      /^--reason takes attempts-exhausted, .* or foreign, or broker: and the broker's word; not "timeout"\.$/,
    );
  });
});
