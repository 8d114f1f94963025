import { defineQueue } from '@app/queue';
import { QueueOperations } from '@app/queue/operating';
import { allTasks, cpuBurn } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { BrokerUser } from '../support/broker-user';
import { closingAfterEach } from '../support/closing';
import { warren } from '../support/command';
import type { CommandEnd, CommandOptions } from '../support/command';
import { freePort } from '../support/free-port';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

@Controller()
class HashingController {
  @EventPattern<string>(cpuBurn.name)
  burn(): void {}
}

let vhost: Vhost;
const closing = closingAfterEach();

beforeEach(async () => {
  vhost = closing(await Vhost.open());
});

const run = (args: string, options?: CommandOptions): Promise<CommandEnd> =>
  warren(vhost.url, args.split(' '), options);

describe('warren doctor', () => {
  /** `MANAGEMENT_URL` as an operator would set it: the suite's broker has the API. */
  const env = { MANAGEMENT_URL: process.env['WARREN_TEST_MANAGEMENT_URL'] ?? '' };

  interface Finding {
    readonly check: string;
    readonly verdict: string;
    readonly says: string;
  }

  const examined = async (args: string, options: CommandOptions = { env }): Promise<Finding[]> =>
    JSON.parse((await run(`doctor --json ${args}`.trim(), options)).out.join('')) as Finding[];
  const verdicts = (findings: readonly Finding[]): string[] => [
    ...new Set(findings.map(({ check, verdict }) => `${check} ${verdict}`)),
  ];

  it('looks at a fresh virtual host, says what is not there yet, and leaves nothing behind', async () => {
    const findings = await examined('');
    const notFine = verdicts(findings.filter(({ verdict }) => verdict !== 'ok'));
    expect(notFine).toEqual(['queues warn', 'delay levels warn', 'streams warn']);
    expect(findings.length).toBeGreaterThanOrEqual(20);
    const queues = new Set(allTasks.map(({ queue }) => queue.name));
    expect(JSON.parse((await run('queues --json')).out.join(''))).toEqual(
      [...queues].map((queue) => expect.objectContaining({ queue, state: 'missing' })),
    );
  });

  it('sees a queue that is declared otherwise, one that nobody consumes, and one that belongs to nobody', async () => {
    await run('add cpu.burn {"rounds":1}');
    await vhost.channel.assertQueue('images', { durable: true, arguments: { 'x-queue-type': 'classic' } });
    await vhost.channel.assertQueue('gone.dlq', { durable: true });
    await waitFor('the management API to know the queue', async () =>
      verdicts(await examined('--only orphans')).includes('orphans warn'),
    );
    const { code, out, err } = await run('doctor --only arguments consumers dead-letter', { env });
    expect(code).toBe(1);
    expect(out.map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^✖ queue arguments +Queue "images" exists with x-/),
        expect.stringMatching(/^→ as it says/),
        expect.stringMatching(/^✖ consumers +nobody consumes cpu, and 1 tasks wait in it$/),
        expect.stringMatching(/^✖ dead-letter queues +images\.dlq is missing/),
      ]),
    );
    expect(err).toEqual([expect.stringMatching(/^\d+ fine, \d+ worth a look, 3 broken\.$/)]);
  });

  it('sees a policy that lets a dead letter be lost by being looked at', async () => {
    await vhost.setPolicy('.*', { 'delivery-limit': 1 });
    await run('add cpu.burn {"rounds":1}');
    vhost.publish('cpu.dlq', 'one that is wanted');
    const policies = await waitFor('the management API to know of the policy', async () => {
      const found = await examined('--only policies crash');
      return found.length === 3 ? found : undefined;
    });
    expect(policies.map(({ check, verdict, says }) => `${check} ${verdict}: ${says}`)).toEqual([
      expect.stringMatching(/^crash limit warn: CRASH_LIMIT 5 is not below the delivery limit of cpu \(1\)/),
      expect.stringMatching(/^policies fail: the policy \.\* sets delivery-limit 1 of cpu\.dlq, cpu\.quarantine: /),
      'policies warn: the policy .* sets delivery-limit 1 of cpu',
    ]);

    for (const look of [1, 2]) {
      const seen = await waitFor(`look ${look}`, () => vhost.channel.get('cpu.dlq'));
      vhost.channel.reject(seen, true);
    }
    await waitFor('it to be lost', async () => (await vhost.channel.checkQueue('cpu.dlq')).messageCount === 0);
  });

  it('finds nothing but what is fine in a system that works', async () => {
    const tasks = allTasks.map((task) => ({ ...task, runIn: 'process' as const }));
    const controllers = [HashingController];
    const worker = closing(await TestWorker.start({ urls: [vhost.url], tasks, eventsStream: 'on', controllers }));
    await worker.queue.add(cpuBurn, { rounds: 1 });
    await worker.queue.add(cpuBurn, { rounds: 2 }, { delay: 100 });
    await worker.sees('task.completed', 2);
    let notFine: readonly Finding[] = [];
    const findings = await waitFor(
      () => `the management API to know all of it; not fine: ${JSON.stringify(notFine)}`,
      async () => {
        const found = await examined('');
        notFine = found.filter(({ verdict }) => verdict !== 'ok');
        return notFine.length === 0 ? found : undefined;
      },
    );
    expect(findings.length).toBeGreaterThanOrEqual(28);
  });

  it('does not mind how a queue is declared that another program declares', async () => {
    await vhost.channel.assertQueue('theirs', { durable: true, arguments: { 'x-max-length': 5 } });
    const queues = [defineQueue({ name: 'theirs', declaredAs: false })];
    const operations = closing(new QueueOperations({ urls: [vhost.url], tasks: [], queues }));
    for await (const { verdict, says } of operations.checkup(undefined, ['queue arguments']))
      expect([verdict, says]).toEqual(['ok', expect.any(String)]);
    expect.assertions(1);
  });

  it('says who has paused a queue, where it would say that nobody consumes it', async () => {
    await run('add cpu.burn {"rounds":1}');
    await run('pause cpu --reason upkeep --yes');
    const { code, out } = await run('doctor --only consumers');
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(
      /! consumers +cpu is paused by .+ \(upkeep\); 1 tasks wait in it\n +→ warren resume cpu/,
    );
  });

  it('skips what only the management API tells where there is none, each with the reason', async () => {
    const without = await examined('', {});
    const wrong = await examined('', { env: { MANAGEMENT_URL: `http://127.0.0.1:${await freePort()}` } });
    const reasons = (findings: readonly Finding[]): Set<string> =>
      new Set(findings.filter(({ verdict }) => verdict === 'skipped').map(({ says }) => says));
    expect(reasons(without)).toEqual(new Set(['MANAGEMENT_URL is not set']));
    expect([...reasons(wrong)]).toEqual([
      expect.stringMatching(/^the management API does not answer \(.*ECONNREFUSED/),
    ]);
  });

  it('knows a user who may do nothing', async () => {
    const user = await BrokerUser.create(vhost.url);
    closing({ close: () => user.remove() });
    await user.allow({ configure: '^$', write: '^$', read: '^$' });
    const findings = JSON.parse((await warren(user.url, ['doctor', '--json'], { env })).out.join('')) as Finding[];
    expect(verdicts(findings)).toEqual(expect.arrayContaining(['publishing fail', 'permissions warn']));
  });

  it('has no check of a name that is not there', async () => {
    expect(await run('doctor --only nonsense')).toMatchObject({ code: 2, out: [] });
  });
});

describe('warren bindings', () => {
  const env = { MANAGEMENT_URL: process.env['WARREN_TEST_MANAGEMENT_URL'] ?? '' };

  it('shows the bindings that no definition asks for, and takes them away when it is told to', async () => {
    await run('add cpu.burn {"rounds":1} --delay 1h');
    await vhost.channel.assertExchange('old', 'topic', { durable: true });
    await vhost.channel.bindQueue('cpu', 'old', 'a.*');

    expect(await run('bindings', { env })).toMatchObject({ code: 0, out: ['cpu to old by "a.*"'] });
    expect((await run('doctor --only bindings', { env })).out.join('')).toContain('no definition binds cpu to old');
    expect(await run('bindings --remove', { env })).toMatchObject({
      code: 2,
      err: expect.arrayContaining([expect.stringContaining('add --yes')]),
    });
    expect(await run('bindings --remove --yes', { env })).toMatchObject({ code: 0, err: ['Removed 1.'] });
    expect(await run('bindings', { env })).toMatchObject({ code: 0, out: [], err: [expect.stringContaining('Every')] });
  });

  it('says that nobody can know them without the management API', async () => {
    const { code, err } = await run('bindings');
    expect(code).toBe(2);
    expect(err.join('')).toContain('set MANAGEMENT_URL');
  });
});
