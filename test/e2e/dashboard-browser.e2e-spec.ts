import { once } from 'node:events';
import { defineQueue, defineTask } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern } from '@nestjs/microservices';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { TestBrowser } from '../support/browser';
import { PASSWORD, TestDashboard, usersOf } from '../support/dashboard';
import { letterOf, seed } from '../support/dead-letters';
import { freePort } from '../support/free-port';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

const HOSTILE = '<script>document.title="taken"</script><img src=x onerror=alert(1)>\u202egnp.exe 👩‍👩‍👧‍👦 שלום';

const PAGES = {
  '/': 'Queues',
  '/tasks': 'Tasks',
  '/workers': 'Workers',
  '/delayed': 'Delayed',
  '/charts': 'Charts',
  '/tasks/nobody-knows-it': 'Task',
  '/failures': 'Failures',
} as const;

const resize = defineTask({
  name: 'image.resize',
  queue: defineQueue({ name: 'images', type: 'classic' }),
  payload: z.object({ note: z.string(), key: z.string().meta({ secret: true }) }),
});

const encode = defineTask({
  name: 'video.encode',
  queue: defineQueue({ name: 'videos', type: 'classic' }),
  payload: z.object({}),
});

/** Pages whose look is that of their rows. */
const ROWS = ['/tasks', '/workers', '/delayed', '/failures'];

let browser: TestBrowser;
let vhost: Vhost;
let app: TestWorker;
let dashboard: TestDashboard;
let guarded: TestDashboard;

beforeAll(async () => {
  [browser, vhost] = await Promise.all([TestBrowser.start(), Vhost.open()]);
  app = await TestWorker.create({ urls: [vhost.url], tasks: [resize] });
  await app.queue.add(resize, { note: 'declares the queue', key: '' });
  await vhost.take('images');
  // Declares the delay levels: without one a dashboard looks only every five seconds.
  await app.queue.add(resize, { note: '', key: '' }, { delay: 600_000 });
  dashboard = await TestDashboard.start({ AMQP_URL: vhost.url }, [resize, encode]);
  guarded = await TestDashboard.start({ AMQP_URL: vhost.url, DASHBOARD_USERS: await usersOf('read-only') }, [resize]);
});

afterAll(async () => {
  await browser.close();
  await guarded.close();
  await dashboard.close();
  await app.close();
  await vhost.close();
});

beforeEach(async () => {
  browser.complaints.length = 0;
  told = [/net::ERR_/, /nobody-knows-it: .* 404 /];
  await vhost.channel.purgeQueue('images');
  await vhost.channel.purgeQueue('images.dlq');
});

/** What a browser tells as it should: that a server is gone, that nobody knows a task, and the refusals that a test has asked for. */
let told: RegExp[] = [];

const complaints = (): string[] => browser.complaints.filter((text) => !told.some((one) => one.test(text)));

afterEach(() => {
  if (complaints().length > 0) throw new Error(`The pages complained:\n${complaints().join('\n')}`);
});

async function failures(count: number, error = 'disk 7 is full', note = 'hello', called = 'task'): Promise<void> {
  const letters = Array.from({ length: count }, (_letter, index) => {
    const id = `${called}-${index}`;
    const { options } = letterOf(id, 'images', { 'x-error-name': 'Error', 'x-error-message': error });
    const body = JSON.stringify({ pattern: resize.name, data: { note, key: 'hunter2' } });
    return { body, options: { ...options, type: resize.name } };
  });
  await seed(vhost, 'images', letters);
}

const text = (page: Page, id: string): Promise<string | null> => page.getByTestId(id).first().textContent();

async function shows(page: Page, id: string, expected: string | RegExp): Promise<void> {
  let last: string | null = null;
  await waitFor(
    () => `${id} to show ${String(expected)}; it shows ${last}`,
    async () => {
      last = await text(page, id).catch(() => null);
      return typeof expected === 'string' ? last?.trim() === expected : expected.test(last ?? '');
    },
  );
}

/** Waits until the queue and its dead-letter queue hold so many. */
async function holds(expected: { ready: number; dead: number }): Promise<void> {
  await waitFor(`the queue to hold ${JSON.stringify(expected)}`, async () => {
    const { messageCount: ready } = await vhost.channel.checkQueue('images');
    const { messageCount: dead } = await vhost.channel.checkQueue('images.dlq');
    return ready === expected.ready && dead === expected.dead;
  });
}

describe('the pages in a browser', () => {
  it('show what changes without being asked, again after the dashboard was away, and say when the broker is', async () => {
    const proxy = await TcpProxy.open(vhost.url);
    const environment = { AMQP_URL: proxy.url, RECONNECT_DELAY_MS: '100' };
    const port = await freePort();
    let own = await TestDashboard.start(environment, [resize], port);
    try {
      const page = await browser.visit(own.url);
      await shows(page, 'live', '● live');
      await shows(page, 'ready', '0');
      vhost.publish('images', '{}');
      await shows(page, 'ready', '1');
      await own.close();
      await shows(page, 'live', '○ reconnecting');
      vhost.publish('images', '{}');
      own = await TestDashboard.start(environment, [resize], port);
      await shows(page, 'live', '● live');
      await shows(page, 'ready', '2');
      expect(await page.getByTestId('queue-images').count()).toBe(1);
      proxy.cut({ refuse: true });
      await shows(page, 'banner', /The broker does not answer/);
      await shows(page, 'ready', '2');
      proxy.cut();
      await waitFor('it to be back', async () => !((await text(page, 'banner')) ?? '').includes('does not answer'));
      vhost.publish('images', '{}');
      await shows(page, 'ready', '3');
      await page.context().close();
    } finally {
      await own.close();
      await proxy.close();
    }
  });

  it('give back all of a kind: as many as the dialog says', async () => {
    await failures(3);
    const page = await browser.visit(dashboard.url);
    await page.getByRole('link', { name: 'Failures' }).click();
    await shows(page, 'count', '3');
    await page.getByRole('button', { name: 'Redrive all' }).click();
    const dialog = page.getByRole('dialog', { name: 'Redrive 3 tasks?' });
    await dialog
      .getByText("dead-letters redrive --queue images -- 'dead-task-0' 'dead-task-1' 'dead-task-2'")
      .waitFor();
    await dialog.getByRole('button', { name: 'Redrive 3' }).click();
    await shows(page, 'told', '3 tasks redriven.');
    await page.getByText('Nothing was put aside.').waitFor();
    await holds({ ready: 3, dead: 0 });
    await page.context().close();
  });

  it('throw away as many as the dialog says, and not what comes while it asks', async () => {
    await failures(2);
    const page = await browser.visit(dashboard.url);
    await page.goto('/failures?queue=images');
    await page.getByRole('button', { name: 'Purge all' }).click();
    const dialog = page.getByRole('dialog', { name: 'Purge 2 tasks?' });
    await dialog.waitFor();
    await failures(1);
    await dialog.getByRole('button', { name: 'Purge 2' }).click();
    await shows(page, 'told', '2 tasks purged. 1 more of this kind stays, not asked about.');
    await holds({ ready: 0, dead: 1 });
    await page.context().close();
  });

  it('give the focus back to the button when a dialog is left by Esc, and nothing has happened', async () => {
    await failures(4); // as many as in no test before: the dashboard reads anew when their number is another one
    const page = await browser.visit(dashboard.url);
    await page.goto('/failures?queue=images');
    const purge = page.getByRole('button', { name: 'Purge all' });
    await purge.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Purge 4 tasks?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await purge.evaluate((button) => button === document.activeElement)).toBe(true);
    await holds({ ready: 0, dead: 4 });
    await page.context().close();
  });

  it('are searched by the keyboard: the address keeps it, over a reload and Back', async () => {
    const page = await browser.visit(dashboard.url);
    await page.getByTestId('queue-images').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('state:running');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/tasks?search=state%3Arunning');
    await page.reload();
    await waitFor(
      'the search to be kept',
      async () => (await page.getByRole('searchbox').inputValue()) === 'state:running',
    );
    await page.goBack();
    await page.getByTestId('queue-images').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('gf');
    await page.waitForURL('**/failures');
    await page.context().close();
  });

  it('show a hostile payload, error and id as the text they are, bounded, without secrets', async () => {
    await failures(1, HOSTILE, `${HOSTILE} ${'x'.repeat(1_000_000)}`, `../%ff?${HOSTILE}`);
    const page = await browser.visit(dashboard.url);
    await page.goto('/failures');
    await page.getByRole('link', { name: 'task 1' }).click();
    await page.getByRole('button', { name: 'Look into the dead-letter queue' }).click();
    await shows(page, 'task-id', /^\.\.\/%ff\?<script>.*\\u202egnp/);
    const shown = (await page.getByTestId('payload').textContent()) ?? '';
    expect(shown).toContain('<script>');
    expect(shown).toContain('\\u202egnp.exe 👩‍👩‍👧‍👦 שלום');
    expect(shown.length).toBeLessThan(20_000);
    expect(await page.content()).not.toContain('hunter2');
    expect(await page.title()).toBe('Task · Warren');
    expect(await page.locator('main img, main script').count()).toBe(0);
    await page.context().close();
  });

  it('have no button that the role may not use, and a logout ends them all', async () => {
    await failures(1);
    const page = await browser.visit(guarded.url);
    await page.getByLabel('Name').fill('read-only');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await shows(page, 'live', '● live');
    const names = async (): Promise<string[]> => page.getByRole('button').allTextContents();
    expect(await names()).toEqual(['Log out']);
    await page.goto('/failures');
    await shows(page, 'count', '1');
    expect(await names()).toEqual(['Log out']);
    await page.goto('/tasks/task-0?queue=images');
    await shows(page, 'task-id', 'task-0');
    expect(await names()).toEqual(['Log out', 'Look into the dead-letter queue']);
    const other = await page.context().newPage();
    await other.goto('/');
    await shows(other, 'live', '● live');
    await page.getByRole('button', { name: 'Log out' }).click();
    told.push(/the server responded with a status of 401 /);
    for (const one of [page, other]) await one.getByRole('button', { name: 'Log in' }).waitFor();
    await page.context().close();
  });
});

describe('the pages of what runs', () => {
  /** What the task that runs was handed. */
  const running: { context?: TaskContext; failure?: Error } = {};
  let worker: TestWorker;

  @Controller()
  class VideosController {
    @EventPattern<string>(encode.name)
    async encode(@Ctx() context: TaskContext): Promise<void> {
      running.context = context;
      if (running.failure !== undefined) throw running.failure;
      await once(context.signal, 'abort');
      throw context.signal.reason;
    }
  }

  beforeAll(async () => {
    worker = await TestWorker.start({
      urls: [vhost.url],
      tasks: [encode],
      controllers: [VideosController],
      eventsStream: 'on',
      workerBeat: 500,
      shutdownTimeout: 100, // its handler ends when it has to, and not before
    });
  });

  afterAll(() => worker.close());

  it('show a task that runs, with its worker, how far it is, and cancel it', async () => {
    const { id } = await worker.queue.add(encode, {});
    await worker.sees('task.started');
    const page = await browser.visit(dashboard.url);
    await page.goto(`/tasks/${id}`);
    await shows(page, 'state', 'running');
    running.context?.progress(0.4, 'decoded');
    await shows(page, 'progress', '40 % decoded');
    running.context?.progress(0.8, HOSTILE);
    await shows(page, 'progress', /^\s*80 % <script>/);
    await shows(page, 'timeline', /added .*attempt 1/);
    await page.getByRole('link', { name: /^Workers 1$/ }).click();
    await page.getByTestId('worker').filter({ hasText: 'videos 1/1' }).getByText('alive').waitFor();
    await shows(page, 'total-Running', '1');
    await page.goBack();
    await page.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this task?' });
    await dialog.getByText(`npx warren cancel -- '${id}'`).waitFor();
    expect(await dialog.getByRole('button').allTextContents()).toEqual(['Close', 'Cancel the task']);
    await dialog.getByRole('button', { name: 'Cancel the task' }).click();
    await shows(page, 'state', 'cancelled');
    await worker.sees('task.cancelled');
    const cut = 'event: tasks\ndata: {"ids":[],"isCut":true}\n\n';
    await page.route('**/api/events', (route) => route.fulfill({ contentType: 'text/event-stream', body: cut }));
    await page.reload();
    await shows(page, 'state', 'cancelled');
    await page.waitForRequest(`**/api/tasks/${id}`); // any may have changed
    await page.context().close();
  });

  it('say on the first screen what failed last and why, and lead to it', async () => {
    running.failure = new Error(`no such codec ${HOSTILE}`);
    const { id } = await worker.queue.add(encode, {});
    await worker.sees('task.dead-lettered');
    delete running.failure;
    const page = await browser.visit(dashboard.url);
    await shows(page, 'failed-last', /video\.encode.*dead-lettered.*Error: no such codec <script>/s);
    await page.getByTestId('failed-last').getByRole('link', { name: 'video.encode' }).click();
    await shows(page, 'task-id', id);
    await page.context().close();
  });

  it('pause a queue with a reason and resume it; the focus comes back to the button', async () => {
    const page = await browser.visit(dashboard.url);
    const row = page.getByTestId('queue-videos');
    const button = row.getByRole('button');
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Pause videos?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Reason').fill("the codec's bad");
    await dialog.getByText(`npx warren pause --reason 'the codec'\\''s bad' -- 'videos'`).waitFor();
    await page.keyboard.press('Enter');
    await row.getByText("(the codec's bad)").waitFor();
    await waitFor('the worker to let go', async () => (await vhost.consumers('videos')) === 0);
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Resume videos?' }).getByRole('button', { name: 'Resume' }).click();
    await row.getByTestId('paused').waitFor({ state: 'detached' });
    await waitFor('the worker to take it up', async () => (await vhost.consumers('videos')) === 1);
    await page.context().close();
  });

  it('find tasks by a search, and say what they do not understand in it', async () => {
    const { id } = await worker.queue.add(encode, {}, { delay: 600_000 });
    const page = await browser.visit(dashboard.url);
    await page.goto('/tasks');
    const search = page.getByRole('searchbox');
    await search.fill(`state:delayed name:video.* id:${id}`);
    await search.press('Enter');
    await shows(page, 'found', '1 found');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await shows(page, 'task-id', id);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await shows(page, 'cancel-asked', /cancel asked for by \S/);
    await shows(page, 'state', 'delayed'); // it is carried out when its time has come
    await page.goBack();
    await shows(page, 'found', '1 found');
    await shows(page, 'cancel-asked', /cancel asked for by \S/);
    told.push(/the server responded with a status of 400 /);
    await search.fill('colour:red');
    await search.press('Enter');
    await page.getByText('"colour:" is not known').waitFor();
    await page.context().close();
  });

  it('are whole and without complaint, light on a desk and dark on a telephone', async () => {
    const looks = [
      { colorScheme: 'light', width: 1_200 },
      { colorScheme: 'dark', width: 360 },
    ] as const;
    const long = `${'very '.repeat(40)}long ${'x'.repeat(300)}`;
    await failures(2, `${'very '.repeat(40)}long`);
    await worker.queue.add(encode, {}, { delay: 600_000 });
    const page = await browser.visit(dashboard.url);
    running.failure = new Error(long);
    running.failure.stack = `Error: ${long}\n${`    at ${'y'.repeat(200)}\n`.repeat(20)}`;
    const failed = await worker.queue.add(encode, {});
    await page.goto(`/tasks/${failed.id}`);
    await shows(page, 'state', 'dead-lettered');
    delete running.failure;
    const runs = await worker.queue.add(encode, {});
    await page.goto(`/tasks/${runs.id}`);
    await shows(page, 'state', 'running');
    running.context?.progress(0.4, long);
    await shows(page, 'progress', /40 % very/);
    const tasks = { [`/tasks/${runs.id}`]: 'Task', [`/tasks/${failed.id}`]: 'Task' };
    for (const [path, title] of Object.entries({ ...tasks, ...PAGES })) {
      await page.setViewportSize({ width: 1_200, height: 800 }); // drawn on a desk, and then narrowed
      await page.evaluate((to) => {
        history.pushState(undefined, '', to);
        dispatchEvent(new Event('popstate'));
      }, path);
      await waitFor(`${path} to be whole`, async () => {
        const shown = (await page.locator('main').textContent()) ?? '';
        const isDrawn = path !== '/charts' || (await page.locator('canvas').count()) > 0;
        const hasRows = !ROWS.includes(path) || (await page.locator('[data-row]').count()) > 0;
        return (
          isDrawn && hasRows && (await page.title()) === `${title} · Warren` && !/(?:Looking|Searching).*…/.test(shown)
        );
      });
      for (const { colorScheme, width } of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const seen = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(`${path} is ${seen} wide`).toBe(`${path} is ${width} wide`);
        const [red = 0] = await page.evaluate(() =>
          getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)!.map(Number),
        );
        expect(red < 128).toBe(colorScheme === 'dark');
      }
    }
    await page.setViewportSize({ width: 1_200, height: 800 });
    const lines = await page
      .locator('tbody th .text')
      .first()
      .evaluate((name) => name.getClientRects().length);
    expect(lines).toBe(1); // a name is not broken while there is room beside it
    await page.context().close();
  });
});
