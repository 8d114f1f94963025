import { UsageError, readArguments } from './arguments';
import { USAGE } from './usage';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const read = (...args: string[]) => readArguments(args, NOW);

describe('the command line of dead-letters', () => {
  it('says what to do, with which dead letters', () => {
    const flags = ['--queue', 'images', '--queue', 'tasks.dlq', '--reason', 'timed-out', '--reason', 'broker:maxlen'];
    expect(read('redrive', ...flags, '--name', 'image.resize', '--since', '1d', '--limit', '5', '--dry-run')).toEqual({
      action: 'redrive',
      filter: {
        queue: ['images', 'tasks'],
        reason: ['timed-out', 'broker:maxlen'],
        name: ['image.resize'],
        since: NOW - 86_400_000,
        limit: 5,
      },
      isById: false,
      dryRun: true,
      json: false,
      body: false,
      yes: false,
    });
  });

  it('takes ids', () => {
    expect(read('purge', 'a', 'b', '--json')).toMatchObject({ filter: { id: ['a', 'b'] }, isById: true, json: true });
    expect(read('show', 'a', '--body')).toMatchObject({ action: 'show', filter: { id: ['a'] }, body: true });
    expect(read('purge', '--all', '--yes')).toMatchObject({ filter: {}, isById: false, yes: true });
    expect(read('redrive', '--queue', 'images')).toMatchObject({ filter: { queue: ['images'] } });
  });

  it('lists a hundred for people, and all for programs', () => {
    expect(read('list')?.filter).toEqual({ limit: 100 });
    expect(read('list', '--limit', '7')?.filter).toEqual({ limit: 7 });
    expect(read('list', '--json')?.filter).toEqual({});
  });

  it.each([
    [[], 'Say what to do: list, show, redrive or purge.'],
    [['lst'], '"lst" is no command; say list, show, redrive or purge.'],
    [['show'], 'show needs an id; list shows them.'],
    [['redrive'], 'redrive needs ids, --queue, a filter (--reason, --name, --since, --limit), or --all.'],
    [['purge'], 'purge needs ids, a filter (--reason, --name, --since, --limit), or --all.'],
    [
      ['purge', '--queue', 'images', '--queue', 'tasks'],
      'purge throws away for good, and a queue alone is not enough: add a filter (--reason, --name, --since, --limit), ' +
        'or, for everything in it, --all: npm run dead-letters -- purge --queue images --queue tasks --all',
    ],
    [
      ['purge', '--queue', "a'b; c"],
      'purge throws away for good, and a queue alone is not enough: add a filter (--reason, --name, --since, --limit), ' +
        "or, for everything in it, --all: npm run dead-letters -- purge --queue 'a'\\''b; c' --all",
    ],
    [['purge', 'a', '--all'], '--all and ids contradict each other; leave one out.'],
    [['list', '--dry-run'], '--dry-run is for redrive or purge, not for list; leave it out.'],
    [['redrive', 'a', '--yes'], '--yes is for purge, not for redrive; leave it out.'],
    [['show', 'a', '--reason', 'expired'], '--reason is for list, redrive or purge, not for show; leave it out.'],
    [['list', '--limit', '0'], '--limit takes a whole number from 1, not "0".'],
    [['list', '--limit', '1e3'], '--limit takes a whole number from 1, not "1e3".'],
    [['list', '--since', 'soon'], '--since takes 90s, 15m, 2h, 7d or a time like 2026-11-21T08:30, not "soon".'],
    [['list', '--queue', '.dlq'], '--queue takes the name of a work queue, and got an empty one.'],
  ])('%p: %s', (args, message) => {
    expect(() => read(...args)).toThrow(new UsageError(message));
  });

  it('names the reasons that there are', () => {
    expect(() => read('list', '--reason', 'timeout')).toThrow(
      /^--reason takes attempts-exhausted, .* or foreign, or broker: and the broker's word; not "timeout"\.$/,
    );
  });

  it('names a flag that it does not know', () => {
    expect(() => read('list', '--quueue', 'a')).toThrow(/--quueue/);
    expect(() => read('list', '--queue')).toThrow(/--queue/);
  });

  it('gives help, whatever else is said, and the help names every flag', () => {
    expect(read('--help')).toBeUndefined();
    expect(read('lst', '-h')).toBeUndefined();
    const flags = ['queue', 'reason', 'name', 'since', 'limit', 'all', 'dry-run', 'yes', 'body', 'json', 'help'];
    expect(flags.filter((flag) => !USAGE.includes(`\n  --${flag} `))).toEqual([]);
  });
});
