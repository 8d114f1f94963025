import { allTasks } from '@app/tasks';
import { closingAfterEach } from '../support/closing';
import { warren } from '../support/command';
import type { CommandEnd, CommandOptions } from '../support/command';
import { freePort } from '../support/free-port';
import { Vhost } from '../support/vhost';

/** What begins a terminal's orders. */
const ESCAPE = '\u001b[';

/** The queues of all tasks, in the order of their definitions. */
const queues = [...new Set(allTasks.map(({ queue }) => queue.name))];

let vhost: Vhost;
const closing = closingAfterEach();

beforeEach(async () => {
  vhost = closing(await Vhost.open());
});

const run = (args: string, options?: CommandOptions): Promise<CommandEnd> =>
  warren(vhost.url, args.split(' '), options);
const cells = (line = ''): string[] => line.trim().split(/ {2,}/);

describe('warren status and queues', () => {
  it('show what is there and what is not, also as one JSON document', async () => {
    expect((await run('add cpu.burn {"rounds":1}')).code).toBe(0);
    expect((await run('add cpu.burn {"rounds":1} --delay 1h')).code).toBe(0);
    vhost.publish('cpu.dlq', '{}');
    await vhost.settles('cpu', { ready: 1, unacked: 0, dead: 1 });

    const { code, out, err } = await run('status');
    const slow = /is not read to its end/; // a machine of which much is asked says so
    expect({ code, err: err.filter((line) => !slow.test(line)) }).toEqual({ code: 0, err: [] });
    expect(out[0]).toMatch(/^broker {3}● RabbitMQ [\d.]+\S* at amqp:\/\/\w+:\*\*\*@\S+, answers in [\d.]+ ms$/);
    const cpu = ['cpu', '1', '0', expect.any(String), '0', '0.0', '0', '1', 'nobody consumes it'];
    expect(out.slice(1).map(cells)).toEqual([
      ['delayed', '1'],
      [''],
      ['QUEUE', 'READY', 'RUNNING', 'OLDEST', 'CONSUMERS', 'DONE/S', 'QUARANTINE', 'DEAD'],
      ...queues.map((queue) => (queue === 'cpu' ? cpu : [queue, ...Array<string>(7).fill('-'), 'not declared yet'])),
    ]);
    const document = JSON.parse((await run('status --json')).out.join('')) as { queues: object[]; delayed: number };
    expect(document).toMatchObject({ broker: { product: 'RabbitMQ' }, delayed: 1, undelivered: 0 });
    expect(document.queues[queues.indexOf('cpu')]).toEqual({
      queue: 'cpu',
      state: 'there',
      ready: 1,
      consumers: 0,
      dead: 1,
      quarantined: 0,
      problems: [],
      running: 0,
      oldest: expect.any(Number),
      donePerSecond: 0,
      workers: 0,
    });
  });

  it('name the queues that are asked for, and say which there are', async () => {
    const { code, out, err } = await run('queues images nothing');
    expect(out.map(cells)).toEqual([
      ['QUEUE', 'TYPE', 'READY', 'DEAD', 'CONSUMERS', 'AT ONCE', 'TASKS: ATTEMPTS, TIMEOUT'],
      ['images', 'not declared', '-', '-', '-', '1', 'image.resize: 3, 1m 30s'],
    ]);
    expect(code).toBe(4);
    expect(err).toEqual([`No queue is defined with the name nothing; there are ${queues.join(', ')}.`]);
    const [queue] = JSON.parse((await run('queues cpu --json')).out.join('')) as object[];
    expect(queue).toMatchObject({ queue: 'cpu', type: 'quorum', tasks: [{ name: 'cpu.burn', attempts: 1 }] });
  });
});

describe('warren add', () => {
  it('adds one task, and prints its id', async () => {
    const { code, out, err } = await run('add cpu.burn {"rounds":1} --expires-in 1h --id my-own');
    expect({ code, out, err }).toEqual({ code: 0, out: ['my-own'], err: ['cpu.burn was added to cpu.'] });
    const { properties } = await vhost.take('cpu');
    expect(properties).toMatchObject({ messageId: 'my-own', type: 'cpu.burn' });
    const json = await run('add cpu.burn {"rounds":2} --json --id other');
    expect(json.out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { name: 'cpu.burn', id: 'other', queue: 'cpu', outcome: 'added' },
    ]);
  });

  it('adds one task a line, and says of each line that fails why', async () => {
    const input = '{"rounds":1}\n{"rounds":0}\nnonsense\n\n{"rounds":2}\n';
    const { code, out, err } = await run('add cpu.burn -', { input });
    expect(code).toBe(1);
    expect(out).toHaveLength(2);
    expect(err.slice(0, 2).toSorted()).toEqual([
      expect.stringMatching(/^line 2: The payload of "cpu\.burn" is not valid: rounds: /),
      expect.stringMatching(/^line 3: The payload is no JSON \(/),
    ]);
    expect(err.at(-1)).toBe('2 added, 2 failed.');
    const ids = (await vhost.takeAll('cpu')).map(({ properties }) => String(properties.messageId));
    expect(ids.toSorted()).toEqual([...out].toSorted());
  });

  it('shows a bar on a terminal, and takes it away', async () => {
    const input = '{"rounds":1}\n'.repeat(20);
    const { code, out, err } = await run('add cpu.burn -', { input, isTerminal: true });
    expect({ code, out }).toEqual({ code: 0, out: [] });
    expect(err.join('\n')).toMatch(/adding \d+ added/);
    expect(err.at(-1)).toContain('20 added.');
    expect(err.at(-1)).toContain(ESCAPE);
  });

  it('sends nothing when it only checks', async () => {
    expect(await run('add cpu.burn {"rounds":1} --dry-run')).toMatchObject({ code: 0, out: [] });
    expect(await run('add cpu.burn - --dry-run', { input: '{"rounds":1}\n{}\n' })).toMatchObject({
      code: 1,
      out: [],
      err: [expect.stringMatching(/^line 2: /), '1 would be added, 1 failed.'],
    });
    const one = await run('add cpu.burn {"rounds":1} --dry-run --json');
    expect(one.out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { name: 'cpu.burn', queue: 'cpu', outcome: 'would be added' },
    ]);
    const many = await run('add cpu.burn - --dry-run --json', { input: '{"rounds":1}\n{}\n' });
    expect(many.out.map((line) => JSON.parse(line) as { line: number }).toSorted((a, b) => a.line - b.line)).toEqual([
      { line: 1, name: 'cpu.burn', queue: 'cpu', outcome: 'would be added' },
      { line: 2, name: 'cpu.burn', outcome: 'failed', error: expect.stringContaining('rounds: ') },
    ]);
    expect(JSON.parse((await run('queues cpu --json')).out.join(''))).toMatchObject([{ state: 'missing' }]);
  });

  it.each([
    ['add nothing {}', /^warren: No task is defined with the name "nothing"; there are tutorial, image\.resize/],
    ['add cpu.burn', /^warren: add needs a payload/],
    ['add cpu.burn {', /^warren: The payload is no JSON/],
    ['add cpu.burn {}', /^warren: The payload of "cpu\.burn" is not valid: rounds: /],
    ['add cpu.burn {"rounds":1} --priority 3', /^warren: The options of the task are not valid: priority: /],
    ['add cpu.burn - --id one', /^warren: --id is for one task/],
    ['add cpu.burn {"rounds":1} --timeout 1m', /^warren: --timeout is for --wait\./],
    ['dead-letters purge one', /^warren: purge throws away for good, and nobody is there to ask: add --yes\./],
    [
      'dead-letters redrive --all',
      /^warren: redrive has tasks run again, and may mean many, and nobody is there to ask/,
    ],
  ])('%s is wrong usage', async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err[0]).toMatch(sentence);
    expect(err[1]).toMatch(/^warren (?:add|dead-letters (?:purge|redrive)) --help says how it is used\.$/);
  });
});

describe('warren', () => {
  it('ends with 3 when no broker answers or lets it in, and never prints a password', async () => {
    const refused = new URL(vhost.url);
    refused.password = 'secret';
    const ends = await Promise.all([
      warren(`amqp://someone:secret@127.0.0.1:${await freePort()}`, ['status']),
      warren(refused.href, ['dead-letters', 'list']),
      warren(refused.href, ['add', 'cpu.burn', '{"rounds":1}']),
    ]);
    expect(ends.map(({ code, out }) => ({ code, out }))).toEqual(ends.map(() => ({ code: 3, out: [] })));
    const said = ends.flatMap(({ err }) => err).join('\n');
    expect(said).toMatch(/could not be reached[\s\S]*refuses the user or the password/);
    expect(said).not.toContain('secret');
    expect(ends.map(({ err }) => err.at(-1))).toEqual(ends.map(() => expect.stringContaining('npm run broker')));
  });

  it('ends with 2 for a setting that is wrong, and names it', async () => {
    const { code, err } = await run('status', { env: { QUEUE_TYPE: 'odd' } });
    expect({ code, said: err.join('\n') }).toEqual({ code: 2, said: expect.stringContaining('QUEUE_TYPE') });
  });

  it('takes --url before the variables, and RABBITMQ_URL where the apps name none', async () => {
    const nobody = `amqp://127.0.0.1:${await freePort()}`;
    expect(await warren(nobody, ['status', '--url', vhost.url])).toMatchObject({ code: 0 });
    expect(await warren('', ['status'], { env: { RABBITMQ_URL: vhost.url } })).toMatchObject({ code: 0 });
    expect(await warren(vhost.url, ['status'], { env: { RABBITMQ_URL: nobody } })).toMatchObject({ code: 0 });
  });

  it('has no colours off a terminal, nor where NO_COLOR is set', async () => {
    const colours = async (options: CommandOptions): Promise<boolean> =>
      (await run('status', options)).out.join('').includes(ESCAPE);
    expect(await colours({})).toBe(false);
    expect(await colours({ isTerminal: true, env: { NO_COLOR: '1' } })).toBe(false);
    expect(await colours({ isTerminal: true })).toBe(true);
  });

  it('asks on a terminal before it throws away, and takes nothing but a yes', async () => {
    await run('add cpu.burn {"rounds":1}');
    vhost.publish('cpu.dlq', '{}');
    await vhost.settles('cpu', { ready: 1, unacked: 0, dead: 1 });
    const asked = await run('dead-letters purge --all', { isTerminal: true, input: 'n\n' });
    expect(asked.code).toBe(1);
    expect(asked.err.join('\n')).toMatch(
      /All dead letters of all queues would be thrown away for good\. Go on\? \[y\/N\]/,
    );
    expect(await run('dead-letters purge --all', { isTerminal: true, input: '' })).toMatchObject({ code: 1 });
    expect(await run('dead-letters purge --all', { isTerminal: true, input: 'yes\n' })).toMatchObject({ code: 0 });
    await vhost.settles('cpu', { ready: 1, unacked: 0, dead: 0 });
  });
});
