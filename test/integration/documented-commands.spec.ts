import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskContext } from '@app/queue';
import { allTasks, cpuBurn, imageResize } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { warren } from '../support/command';
import type { CommandEnd } from '../support/command';
import { projectRoot } from '../support/project-files';
import { wordsOf } from '../support/shell-words';
import { asTheyStand } from '../support/started-commands';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

/** Command lines of `warren` in the manuals, as they are typed. */
const typed = asTheyStand('test/integration/documented-commands.spec.ts');

/** What stands in a manual for what its reader has: the rest of an id, a snapshot from elsewhere. The checkout's own snapshot stays as it is. */
const withValues = (command: string): string =>
  command
    .replace('019a1f3e-...', '019a1f3e-7c1a-7d3e-8a52-0c8d1b2e4f60')
    .replace('deployed.json', snapshot)
    .replace(/(?<=contracts write.*)$/, ` --file ${snapshot}`);

/** Done; nothing matched, of what names an id, a worker or a dead letter that is not there; interrupted, of what does not end by itself. */
const ENDS_WELL = new Set([0, 4, 130]);

const endless = /^(?:npx )?warren (?:top|events -f)/;

/** It looks, and ends with 1 when it finds something: here a queue that nobody consumes. */
const finding = /^(?:npx )?warren doctor/;

@Controller()
class HashingController {
  @EventPattern<string>(cpuBurn.name)
  burn(@Ctx() { attempt }: TaskContext): { attempt: number } {
    return { attempt };
  }
}

let folder: string;
let snapshot: string;
let vhost: Vhost;
let worker: TestWorker;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'warren-commands-'));
  snapshot = join(folder, 'contracts.json');
  copyFileSync(join(projectRoot, 'contracts.json'), snapshot);
  vhost = await Vhost.open();
  worker = await TestWorker.start({
    urls: [vhost.url],
    tasks: allTasks.map((task) => ({ ...task, runIn: 'process' as const })),
    workerQueues: ['cpu'],
    eventsStream: 'on',
    controllers: [HashingController],
  });
});

afterAll(async () => {
  await worker.close();
  await vhost.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs it as its reader would: says yes where it asks, gives a list where it reads one, and ends by Ctrl-C what does not end. */
async function run(command: string): Promise<CommandEnd> {
  const args = wordsOf(
    withValues(command)
      .replace(/^eval "\$\((.*)\)"$/, '$1')
      .replace(/^(?:\w+=\S+ )?(?:npx )?warren /, ''),
  );
  const isEndless = endless.test(command);
  const asks = args.includes('purge') || args.includes('redrive');
  const interest = new AbortController();
  const ended = warren(vhost.url, args, {
    input: asks ? 'y\n' : '{"rounds":1}\n',
    isTerminal: isEndless || asks,
    env: { MANAGEMENT_URL: process.env['WARREN_TEST_MANAGEMENT_URL'] ?? '' },
    signal: interest.signal,
    onOut: () => isEndless && interest.abort(),
  });
  // Something has to happen, for those that tell of what happens.
  if (isEndless)
    await waitFor('a line of it', async () => {
      await worker.queue.add(imageResize, { source: 'sunset.jpg', width: 320, output: 'small.webp' });
      return interest.signal.aborted;
    });
  return ended;
}

describe('the command lines of the manuals', () => {
  it('are many', () => {
    expect(typed.length).toBeGreaterThan(30);
  });

  it.each(typed)('%s', async (command) => {
    const { code, err } = await run(command);
    const isFine = ENDS_WELL.has(code) || (finding.test(command) && code === 1);
    expect([command, ...(isFine ? [] : [`exit code ${code}`, ...err])]).toEqual([command]);
  });
});
