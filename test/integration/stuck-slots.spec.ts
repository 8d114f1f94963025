import { QueueEvents } from '@app/queue';
import type { Readiness } from '@app/queue';
import { quarantineName } from '../../libs/queue/src/topology/names';
import { closingAfterEach } from '../support/closing';
import { LinkTest, task } from '../support/link-test';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

const STUCK_AFTER_MS = 300;
const STUCK = /^queue "work": all 1 slots are held by tasks that run longer than 0\.3 s \(task \S+ for [\d.]+ s\)$/;

const open = closingAfterEach();
let vhost: Vhost;
let test: LinkTest;

beforeEach(async () => {
  vhost = open(await Vhost.open());
  test = new LinkTest(open);
  await test.start([vhost.url], { stuckAfter: STUCK_AFTER_MS });
});

describe('a task that holds its slot for too long', () => {
  it('is named by readiness, and lets it be well again when it ends', async () => {
    const endless = test.work.hold('endless');
    const saidAtFirst: Readiness[] = [];
    test.worker.app.get(QueueEvents).on('task.started', () => saidAtFirst.push(test.worker.readiness()));
    await test.worker.queue.add(task, { name: 'endless' });
    await waitFor('it to run', () => test.work.runsOf('endless') === 1);
    expect(saidAtFirst).toEqual([{ isReady: true, problems: [] }]);
    await test.says(STUCK);
    endless.release();
    await test.works(vhost);
  });

  it('and runs alone, because it is suspected, is named with every queue that waits for it', async () => {
    const endless = test.work.hold('endless');
    await vhost.channel.assertQueue(quarantineName('work'), { durable: true });
    const body = JSON.stringify({ pattern: task.name, data: { name: 'endless' } });
    vhost.publish(quarantineName('work'), body, { messageId: 'suspect', headers: { 'x-crashes': 2 } });
    await waitFor('it to run', () => test.work.runsOf('endless') === 1);
    await test.says(STUCK, 'queue "work" is not consumed (a task that is suspected of ending its workers runs alone)');
    endless.release();
    await test.works(vhost);
  });
});
