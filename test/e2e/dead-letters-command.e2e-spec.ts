import { defineQueue, defineTask } from '@app/queue';
import { z } from 'zod';
import { letterOf, lettersOf, seed } from '../support/dead-letters';
import type { SeededLetter } from '../support/dead-letters';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { signalledAfter } from '../support/signalled-after';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** What `npx warren dead-letters` starts, and `npm run dead-letters`. */
const PROGRAM = ['scripts/warren.mjs', 'dead-letters'];

/** A queue that the apps know, with its type. */
const QUEUE = 'images';

interface Ended {
  readonly code: number | null;
  readonly out: string[];
  readonly err: string[];
}

let vhost: Vhost;
const processes: TestProcess[] = [];

beforeEach(async () => {
  vhost = await Vhost.open();
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.stop()));
  await vhost.close();
});

function start(args: readonly string[], env: Record<string, string> = {}): TestProcess {
  const process = TestProcess.start('node', [...PROGRAM, ...args], { AMQP_URL: vhost.url, ...env });
  processes.push(process);
  return process;
}

/** Runs the command to its end. */
const run = (...args: string[]): Promise<Ended> => ended(start(args));

/** The same, typed. */
function typed(line: string): Promise<Ended> {
  const process = TestProcess.typed(line, { AMQP_URL: vhost.url });
  processes.push(process);
  return ended(process);
}

async function ended(process: TestProcess): Promise<Ended> {
  const { code } = await process.exit();
  return { code, out: process.stdout, err: process.stderr };
}

/** The queue and its dead-letter queue as the apps declare them, with dead letters in it. */
async function seedQueue(letters: readonly SeededLetter[]): Promise<void> {
  const task = defineTask({ name: 'any', queue: defineQueue({ name: QUEUE }), payload: z.string() });
  const app = await TestWorker.create({ urls: [vhost.url], tasks: [task] });
  await app.queue.add(task, 'declares both queues');
  await app.close();
  await vhost.take(QUEUE);
  await seed(vhost, QUEUE, letters);
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_id, index) => String(index));
const idsIn = async (queue: string): Promise<unknown[]> =>
  (await vhost.takeAll(queue)).map(({ properties }) => properties.messageId as unknown);
const countIn = async (queue: string): Promise<number> => (await vhost.channel.checkQueue(queue)).messageCount;

describe('warren dead-letters', () => {
  it('lists, shows and counts, and takes nothing away', async () => {
    await seedQueue([letterOf('a', QUEUE), letterOf('b', QUEUE, { 'x-dead-letter-reason': 'timed-out' })]);

    const list = await typed('npm run dead-letters -- list');
    expect(list).toMatchObject({ code: 0, err: ['2 dead letters.'] });
    expect(list.out.map((line) => line.split(/ {2,}/).slice(1, 5))).toEqual([
      ['images.dlq', 'attempts-exhausted', 'resize', 'a'],
      ['images.dlq', 'timed-out', 'resize', 'b'],
    ]);
    const json = await run('list', '--json', '--reason', 'timed-out', '--queue', QUEUE);
    expect(json.out.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ id: 'b', reason: 'timed-out', queue: QUEUE, attempt: 3 }),
    ]);
    const shown = await run('show', 'b', '--body');
    expect(shown.code).toBe(0);
    expect(shown.out.slice(-2)).toEqual(['  the body', '    │ {"pattern":"resize","data":"b"}']);
    expect(await idsIn('images.dlq')).toEqual(['a', 'b']);
  });

  it('prints no payload in a list, and nothing that a terminal obeys', async () => {
    const hostile = '\u001b[2J\u009b31m\u0007\u202e';
    const letter = letterOf('a', QUEUE, { 'x-error-message': hostile, 'x-error-stack': hostile, evil: { hostile } });
    await seedQueue([{ body: `${hostile} my payload`, options: { ...letter.options, type: hostile, appId: hostile } }]);

    for (const args of [
      ['list'],
      ['list', '--json'],
      ['show', 'a'],
      ['show', 'a', '--json'],
      ['redrive', 'a', '--dry-run'],
    ]) {
      const { code, out, err } = await run(...args);
      expect(code).toBe(0);
      expect([...out, ...err].filter((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
      expect(out.join('\n')).not.toContain('my payload');
    }
  });

  it('redrives by id and by filter, and says what stays', async () => {
    await seedQueue([...lettersOf(3, QUEUE), letterOf('homeless', 'nobody')]);

    expect(await run('redrive', '1')).toMatchObject({
      code: 0,
      err: [
        '  1 × images.dlq  attempts-exhausted  resize',
        '1 redriven; 4 looked at. 3 left; warren dead-letters list shows them.',
      ],
    });
    expect(await run('redrive', '--queue', QUEUE, '--yes')).toMatchObject({
      code: 1,
      err: [
        expect.stringMatching(/^resize homeless stays in images\.dlq: The broker had no queue "nobody"/),
        '  2 × images.dlq  attempts-exhausted  resize',
        '2 redriven, 1 failed and stay where they are; 3 looked at. 1 left; warren dead-letters list shows them.',
      ],
    });
    expect(await idsIn(QUEUE)).toEqual(['1', '0', '2']);
    expect(await idsIn('images.dlq')).toEqual(['homeless']);
  });

  it('purges only what is meant, and without a terminal only by --yes', async () => {
    await seedQueue([letterOf('a', QUEUE), letterOf('b', QUEUE, { 'x-dead-letter-reason': 'timed-out' })]);

    expect(await run('purge', '--reason', 'timed-out')).toMatchObject({ code: 2, out: [] });
    const wouldBe = await run('purge', '--all', '--dry-run', '--json');
    expect(wouldBe.err).toEqual(['2 would be purged; 2 looked at.']);
    expect(wouldBe.out).toHaveLength(2);
    expect(await run('purge', '--reason', 'timed-out', '--yes')).toMatchObject({
      code: 0,
      out: [],
      err: [
        '  1 × images.dlq  timed-out  resize',
        '1 purged; 2 looked at. 1 left; warren dead-letters list shows them.',
      ],
    });
    expect(await idsIn('images.dlq')).toEqual(['a']);
  });

  it.each([
    [['list'], 4, 'No dead letters.'],
    [
      ['list', '--limit', 'many'],
      2,
      expect.stringMatching(
        /^warren: option '--limit <n>' argument 'many' is invalid\. It takes a whole number from 1\.$/,
      ),
    ],
    [['list', '--queue', 'imgs'], 4, 'There is no queue "imgs.dlq"; name a work queue that is there.'],
    [['show', 'nobody'], 4, 'No dead letter is named nobody; list shows those that are there.'],
    [['redrive', '--all', '--reason', 'expired', '--yes'], 4, 'Nothing matched; 0 dead letters were looked at.'],
  ])('%p ends with %d', async (args, code, sentence) => {
    expect(await run(...args)).toMatchObject({ code, out: [], err: expect.arrayContaining([sentence]) });
  });

  it('ends with 3 without a broker, or when it is not let in, and never prints a password', async () => {
    const away = start(['list'], {
      AMQP_URL: `amqp://someone:secret@127.0.0.1:${await freePort()}`,
      PUBLISH_TIMEOUT_MS: '2000',
    });
    const refusedUrl = new URL(vhost.url);
    refusedUrl.username = 'someone';
    refusedUrl.password = 'secret';
    const refused = start(['list'], { AMQP_URL: refusedUrl.href });

    expect([await away.exit(), await refused.exit()].map(({ code }) => code)).toEqual([3, 3]);
    expect(away.output + refused.output).toMatch(/could not be reached[\s\S]*refuses the user or the password/);
    expect(away.output + refused.output).not.toContain('secret');
  });

  it('killed in the middle of a redrive loses nothing, and leaves one task at most in both places', async () => {
    const count = 1_500;
    await seedQueue(lettersOf(count, QUEUE));
    const redrive = start(['redrive', '--all', '--yes'], signalledAfter('SIGKILL', 100_000));
    expect(await redrive.exit()).toEqual({ code: null, signal: 'SIGKILL' });
    await waitFor('all to be in one of the two queues', async () => {
      return (await countIn(QUEUE)) + (await countIn('images.dlq')) >= count;
    });
    expect(await countIn(QUEUE)).toBeGreaterThan(0);
    expect(await countIn(QUEUE)).toBeLessThan(count);

    expect(await run('redrive', '--all', '--yes')).toMatchObject({ code: 0 });
    const redriven = await idsIn(QUEUE);
    expect(redriven.length).toBeLessThanOrEqual(count + 1);
    expect([...new Set(redriven)]).toEqual(numbers(count));
    expect(await countIn('images.dlq')).toBe(0);
  });

  it('killed in the middle of a list loses nothing, nor the order', async () => {
    await seedQueue(lettersOf(3_000, QUEUE));
    const list = start(['list', '--json']);
    await list.line('"id":"10"');
    list.signal('SIGKILL');
    await list.exit();
    await waitFor('all to be back', async () => (await countIn('images.dlq')) === 3_000);
    expect(await idsIn('images.dlq')).toEqual(numbers(3_000));
  });

  it('ends politely when nobody reads on, and when it is asked to', async () => {
    await seedQueue(lettersOf(1_000, QUEUE));
    const head = TestProcess.start('sh', ['-c', `node ${PROGRAM.join(' ')} list --json | head -n 1`], {
      AMQP_URL: vhost.url,
    });
    processes.push(head);
    await head.exit();
    expect(head.stdout).toHaveLength(1);
    expect(head.stderr).toEqual([]);

    const redrive = start(['redrive', '--all', '--yes'], signalledAfter('SIGINT', 20_000));
    expect(await redrive.exit()).toEqual({ code: 130, signal: null });
    const [, done] = /^Stopped: (\d+) redriven; /.exec(redrive.stderr.at(-1) ?? '') ?? [];
    expect(await idsIn(QUEUE)).toEqual(numbers(Number(done)));
    expect(await idsIn('images.dlq')).toEqual(numbers(1_000).slice(Number(done)));
  });
});
