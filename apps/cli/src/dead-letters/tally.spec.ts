import type { DeadLetter } from '@app/queue/operating';
import { Tally } from './tally';

const letterOf = (queue: string, reason: string, name: string | undefined): DeadLetter => ({
  id: 'task-1',
  deadLetterId: 'dead-1',
  queue,
  originalQueue: queue,
  reason,
  name,
  attempt: 1,
  error: undefined,
  time: undefined,
  firstFailureTime: undefined,
  lastFailureTime: undefined,
  worker: undefined,
  timesRedriven: 0,
  bytes: 10,
});

describe('the tally of a redrive or a purge', () => {
  it('is empty at first', () => {
    expect(new Tally().lines()).toEqual([]);
  });

  it('has a line for each queue, reason and name, the most frequent first', () => {
    const tally = new Tally();
    tally.add(letterOf('images', 'expired', undefined));
    for (let count = 0; count < 12; count += 1) tally.add(letterOf('images', 'timed-out', 'image.resize'));
    tally.add(letterOf('tasks', 'timed-out', 'evil\u001b[2J\nname'));
    expect(tally.lines()).toEqual([
      '  12 × images.dlq  timed-out  image.resize',
      '   1 × images.dlq  expired  -',
      '   1 × tasks.dlq  timed-out  evil\\u001b[2J\\nname',
    ]);
  });

  it('stays short, and says how each one is told', () => {
    const tally = new Tally();
    for (let name = 0; name < 5_000; name += 1) tally.add(letterOf('images', 'expired', `name ${name}`));
    tally.add(letterOf('images', 'expired', 'name 4'));
    expect(tally.lines()).toEqual([
      '  2 × images.dlq  expired  name 4',
      ...[0, 1, 2, 3].map((name) => `  1 × images.dlq  expired  name ${name}`),
      '  and 4995 of other kinds; --json tells of each one, --dry-run beforehand',
    ]);
  });
});
