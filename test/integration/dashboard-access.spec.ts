import { Logger } from '@nestjs/common';
import { closingAfterEach } from '../support/closing';
import { cookieOf, PASSWORD, TestDashboard, usersOf } from '../support/dashboard';
import { Vhost } from '../support/vhost';

const closing = closingAfterEach();

/** What each role may do, and the answer when it may: most name what is not there. A test holds that no route is missing. */
const ACTIONS = [
  ['/api/failures/redrive', { key: 'none', queue: 'work', isDryRun: true }, 'operator', 404],
  ['/api/failures/purge', { key: 'none', queue: 'work', isDryRun: true }, 'admin', 404],
  ['/api/queues/:name/pause', { reason: 'none' }, 'operator', 404],
  ['/api/queues/:name/resume', {}, 'operator', 404],
  ['/api/tasks/:id/cancel', {}, 'operator', 204],
  ['/api/tasks/:id/redrive', { queue: 'work' }, 'operator', 404],
  ['/api/workers/:name/quiet', {}, 'operator', 204],
  ['/api/workers/:name/stop', {}, 'admin', 204],
] as const;

/** What everybody may do: log in and out. */
const OPEN_ACTIONS = ['/api/login', '/api/logout'];

/** What everybody may read: the pages without what they show, whether the process lives, who is asking. `/metrics`: where no public name is set. */
const OPEN_PAGES = [
  '/',
  '/api/session',
  '/assets/*path',
  '/charts',
  '/delayed',
  '/failures',
  '/favicon.ico',
  '/health/live',
  '/health/ready',
  '/login',
  '/metrics',
  '/tasks',
  '/tasks/:id',
  '/workers',
];

/** A path of a route. */
const pathOf = (route: string): string => route.replace('*path', 'main.js').replace(/:\w+/g, 'none');

/** The routes of a method. */
function routesOf(app: TestDashboard, method: 'GET' | 'POST'): string[] {
  return app.routes.filter((route) => route.startsWith(`${method} `)).map((route) => route.slice(method.length + 1));
}

let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

async function dashboard(environment: Record<string, string> = {}): Promise<TestDashboard> {
  return closing(await TestDashboard.start({ AMQP_URL: vhost.url, ...environment }, []));
}

async function guarded(environment: Record<string, string> = {}): Promise<TestDashboard> {
  return dashboard({ DASHBOARD_USERS: await usersOf('read-only', 'operator', 'admin'), ...environment });
}

describe('a dashboard with users', () => {
  it('has no route but those that these tests know', async () => {
    const app = await guarded();
    const known = [...ACTIONS.map(([route]) => route), ...OPEN_ACTIONS];
    expect(routesOf(app, 'POST').toSorted()).toEqual(known.toSorted());
    expect(routesOf(app, 'GET')).toEqual(expect.arrayContaining(OPEN_PAGES));
    expect([...new Set(app.routes.map((route) => route.split(' ')[0]))].toSorted()).toEqual(['GET', 'POST']);
  });

  it('tells nobody anything who has not logged in, but that they have to', async () => {
    const app = await guarded();
    const answers = await Promise.all(
      routesOf(app, 'GET').map(async (route) => `${(await app.get(pathOf(route))).status} ${route}`),
    );
    const open = answers.filter((answer) => !answer.startsWith('401 '));
    expect(open.toSorted()).toEqual(OPEN_PAGES.map((route) => `200 ${route}`).toSorted());
    for (const [route, body] of ACTIONS) await app.post(pathOf(route), body).expect(401);
    expect((await app.get('/api/session').expect(200)).body).toEqual({ isLoginRequired: true });
  });

  it('lets in who has the password, by a cookie that scripts and other sites cannot use', async () => {
    const app = await guarded();
    const answer = await app.post('/api/login', { name: 'operator', password: PASSWORD }).expect(200);
    expect(answer.body).toEqual({ isLoginRequired: true, name: 'operator', role: 'operator' });
    expect(cookieOf(answer)).toMatch(/; Path=\/; .*HttpOnly; SameSite=Strict$/);
    expect(cookieOf(answer)).not.toContain('Secure');
    const cookie = cookieOf(answer)?.split(';')[0] ?? '';
    await app.get('/api/overview', cookie).expect(200);
    await app.get('/api/overview', `${cookie}x`).expect(401);
    await app.post('/api/logout', {}, cookie).expect(204);
    await app.get('/api/overview', cookie).expect(401);
  });

  it('sends the cookie over TLS only where browsers come by TLS', async () => {
    const app = await guarded({ DASHBOARD_PUBLIC_URL: 'https://queues.example.com' });
    expect(cookieOf(await app.post('/api/login', { name: 'admin', password: PASSWORD }))).toContain('; Secure');
  });

  it('refuses a wrong password and an unknown name alike, and lets in the right one after five of them', async () => {
    const app = await guarded();
    const wrong = await app.post('/api/login', { name: 'admin', password: 'wrong' }).expect(401);
    const unknown = await app.post('/api/login', { name: 'nobody', password: 'wrong' }).expect(401);
    expect(wrong.body).toEqual(unknown.body);
    for (let time = 0; time < 4; time += 1)
      await app.post('/api/login', { name: 'admin', password: 'wrong' }).expect(401);
    await app.login('admin');
    await app.login('operator');
  });

  it.each([
    ['its own side of the socket, unless a proxy is trusted', {}, '127.0.0.1'],
    ['what the trusted proxy names, and nothing before it', { DASHBOARD_TRUSTED_PROXIES: '1' }, '203.0.113.7'],
  ])('takes for the address of a login %s', async (_what, environment, address) => {
    const app = await guarded(environment);
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const forwarded = '10.1.2.3, 203.0.113.7';
    await app.post('/api/login', { name: 'admin', password: 'wrong' }).set('X-Forwarded-For', forwarded).expect(401);
    expect(warned).toHaveBeenCalledWith(`A login from ${address} failed.`);
    warned.mockRestore();
  });

  it('gives its metrics to Prometheus without a login, and to nobody who comes by its public name', async () => {
    const app = await guarded({ DASHBOARD_PUBLIC_URL: 'https://queues.example.com' });
    const { text } = await app.get('/metrics').set('Host', 'dashboard:3002').expect(200);
    expect(text).toContain('# TYPE warren_connection_up gauge');
    expect(text).toContain('# TYPE warren_oldest_waiting_seconds gauge');
    // How else it can be spelt is a matter of the gate, and of its spec.
    for (const host of ['queues.example.com', 'Queues.Example.com.:8443']) {
      expect([host, (await app.get('/metrics').set('Host', host)).status]).toEqual([host, 401]);
    }
    await app
      .get('/metrics', await app.login('read-only'))
      .set('Host', 'queues.example.com')
      .expect(200);
  });

  it('gives its metrics, and nothing else, to who shows the token for them, where there is one', async () => {
    const app = await guarded({ DASHBOARD_METRICS_TOKEN: 'a-token-of-some-length' });
    const shown = (path: string) => app.get(path).set('Authorization', 'Bearer a-token-of-some-length');
    await app.get('/metrics').expect(401);
    await shown('/metrics').expect(200);
    await shown('/api/overview').expect(401);
  });

  it('takes no login that is none', async () => {
    const app = await guarded();
    const bodies = [
      {},
      { name: 'admin' },
      { name: 'admin', password: '' },
      { name: ['admin'], password: 'x' },
      [],
      { name: 'a'.repeat(65), password: 'x' },
    ];
    for (const body of bodies) await app.post('/api/login', body).expect(400);
  });

  it('answers 403 for what a role may not do, and does what it may', async () => {
    const app = await guarded();
    const cookies = {
      'read-only': await app.login('read-only'),
      operator: await app.login('operator'),
      admin: await app.login('admin'),
    };
    const order = ['read-only', 'operator', 'admin'] as const;
    for (const [path, body, needed, answer] of ACTIONS) {
      for (const role of order) {
        const isAllowed = order.indexOf(role) >= order.indexOf(needed);
        const { status } = await app.post(pathOf(path), body, cookies[role]);
        expect(`${role} ${path} ${status}`).toBe(`${role} ${path} ${isAllowed ? answer : 403}`);
      }
    }
  });

  it('lets no page of another origin change anything', async () => {
    const app = await guarded();
    const cookie = await app.login('admin');
    const [path, body] = ACTIONS[1];
    await app.foreignPost(path, body, cookie).expect(403);
    await app.post(path, body, cookie).set('Origin', 'https://evil.example').expect(403);
    await app.post(path, body, cookie).set('Sec-Fetch-Site', 'cross-site').expect(403);
    await app.foreignPost('/api/login', { name: 'admin', password: PASSWORD }).expect(403);
  });
});

describe('a dashboard without users', () => {
  it('lets everybody of this machine do all', async () => {
    const app = await dashboard();
    expect((await app.get('/api/session')).body).toEqual({ isLoginRequired: false, name: 'local', role: 'admin' });
    await app.get('/api/overview').expect(200);
  });

  it('answers to no foreign name, which a page could make lead here', async () => {
    const app = await dashboard();
    await app.get('/api/overview').set('Host', 'evil.example').expect(403);
    await app.get('/').set('Host', 'evil.example').expect(403);
    await app.get('/api/overview').set('Host', 'localhost:3002').expect(200);
  });
});

describe('every answer', () => {
  let app: TestDashboard;

  beforeAll(async () => {
    app = await TestDashboard.start({ AMQP_URL: vhost.url }, []);
  });

  afterAll(() => app.close());

  it('lets browsers run and load only what comes from here', async () => {
    for (const path of ['/', '/tasks/x', '/assets/main.js', '/api/overview', '/api/none', '/assets/none.js']) {
      const { headers } = await app.get(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  it('of what is no page names no file of the machine', async () => {
    for (const path of ['/assets/../main.js', '/assets/%2e%2e%2fmain.js', '/assets/..%2f..%2fmain.js', '/assets/']) {
      const answer = await app.get(path);
      expect(answer.status).toBe(404);
      expect(answer.text).not.toMatch(/dist|node_modules|at /);
    }
  });

  it('to an address that is no page is a page for a person, and a problem for a program', async () => {
    const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const page = await app.get('/nowhere').set('Accept', browser).expect(404);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).toContain('There is no such page. <a href="/">');
    for (const accept of ['*/*', 'application/json']) {
      const problem = await app.get('/nowhere').set('Accept', accept).expect(404);
      expect(problem.body).toMatchObject({ status: 404 });
    }
  });

  it('is not sent again to who has it already', async () => {
    const { headers } = await app.get('/assets/main.js').expect(200);
    await app
      .get('/assets/main.js')
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(304);
  });

  it('to a body that is too large, or no JSON, is a refusal', async () => {
    await app.post('/api/failures/redrive', { key: 'x'.repeat(100_000) }).expect(413);
    await app.foreignPost('/api/failures/redrive').set('x-warren-dashboard', '1').type('form').send('a=b').expect(400);
  });
});
