import { defineQueue, defineTask, fixed } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import { z } from 'zod';
import { BrokerUser } from '../support/broker-user';
import type { Permissions } from '../support/broker-user';
import { textOf } from '../support/project-files';
import { Vhost } from '../support/vhost';
import { TestWorker } from '../support/worker';

/** The table of docs/topology.md that says what a user of the broker needs, for a queue `images`: its columns are the roles. */
function permissionsOf(role: string): Permissions {
  const [, section = ''] = textOf('docs/topology.md').split("## Permissions of the broker's user");
  const [head = [], ...rows] = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, cells = '']) =>
    cells.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('`', '').replaceAll('\\|', '|')),
  );
  const column = head.indexOf(role);
  const of = (right: string): string => rows.find(([name]) => name === right)?.[column] ?? '^$';
  return { configure: of('configure'), write: of('write'), read: of('read') };
}

const queue = defineQueue({ name: 'images', type: 'quorum' });
const resize = defineTask({ name: 'resize', queue, payload: z.string(), attempts: 2, backoff: fixed(100) });

@Controller()
class ResizeController {
  @EventPattern<string>('resize')
  resize(@Ctx() { attempt, headers }: TaskContext): void {
    if (attempt === 1) throw new Error('not yet');
    if (headers['fails'] === true) throw new Error('never');
  }
}

let vhost: Vhost;
let user: BrokerUser;
let app: TestWorker;

beforeEach(async () => {
  vhost = await Vhost.open();
  user = await BrokerUser.create(vhost.url);
});

afterEach(async () => {
  await app.close();
  await user.remove();
  await vhost.close();
});

const url = (): string => user.url;

describe('the permissions that docs/topology.md lists suffice for', () => {
  it('a producer', async () => {
    await user.allow(permissionsOf('producer'));
    app = await TestWorker.create({ urls: [url()], tasks: [resize] });
    await app.queue.add(resize, 'x');
    await vhost.take('images');
  });

  it('a producer that delays', async () => {
    await user.allow(permissionsOf('producer that delays'));
    app = await TestWorker.create({ urls: [url()], tasks: [resize] });
    await app.queue.add(resize, 'now');
    await app.queue.add(resize, 'later', { delay: 200 });
    await vhost.take('images');
    await vhost.take('images');
  });

  it('a worker: it runs tasks, tries them again, puts them aside and looks into its quarantine', async () => {
    await user.allow(permissionsOf('worker'));
    app = await TestWorker.start({ urls: [url()], tasks: [resize], controllers: [ResizeController] });
    vhost.publish('images', JSON.stringify({ pattern: 'resize', data: 'x' }));
    await app.sees('task.completed');
    vhost.publish('images', JSON.stringify({ pattern: 'resize', data: 'x' }), { headers: { fails: true } });
    await app.sees('task.dead-lettered');
    vhost.publish('images', JSON.stringify({ pattern: 'resize', data: 'x' }), { headers: { 'x-crashes': 2 } });
    await app.sees('task.isolated');
    await app.sees('task.completed', 2);
  });
});
