import { spawnSync } from 'node:child_process';
import { freePort } from '../support/free-port';
import { TestProcess } from '../support/process';
import { Vhost } from '../support/vhost';

const MAKE_USER = 'dist/apps/dashboard/apps/dashboard/src/make-user.js';

let vhost: Vhost;

beforeAll(async () => {
  vhost = await Vhost.open();
});

afterAll(() => vhost.close());

/** Makes a user as `npm run dashboard:user` does, which asks for the password on standard input. */
function makeUser(
  args: readonly string[],
  password: string,
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAKE_USER, ...args], { input: `${password}\n`, encoding: 'utf8' });
}

const headers = { 'content-type': 'application/json', 'x-warren-dashboard': '1' };

describe('the dashboard', () => {
  it('does not start where others reach it and nobody has to log in', async () => {
    const app = TestProcess.app('dashboard', { AMQP_URL: vhost.url, DASHBOARD_HOST: '0.0.0.0', DASHBOARD_PORT: '0' });
    expect(await app.exit()).toEqual({ code: 1, signal: null });
    expect(app.output).toContain('DASHBOARD_USERS: must name a user, because DASHBOARD_HOST is 0.0.0.0');
    expect(app.stderr).toHaveLength(2); // what is wrong, and nothing of how it was found
  });

  it('starts there with a user, whom it lets in by the password alone', async () => {
    const { status, stdout } = makeUser(['ada', 'admin'], 'correct horse battery');
    expect(status).toBe(0);
    const port = await freePort();
    const users = { DASHBOARD_USERS: stdout.trim(), DASHBOARD_HOST: '0.0.0.0', DASHBOARD_PORT: String(port) };
    const app = TestProcess.app('dashboard', { AMQP_URL: vhost.url, ...users });
    try {
      await app.line('the queues are shown at');
      const url = `http://127.0.0.1:${port}`;
      expect((await fetch(`${url}/api/overview`)).status).toBe(401);
      const login = async (password: string): Promise<Response> =>
        fetch(`${url}/api/login`, { method: 'POST', headers, body: JSON.stringify({ name: 'ada', password }) });
      expect((await login('wrong')).status).toBe(401);
      expect(await (await login('correct horse battery')).json()).toMatchObject({ name: 'ada', role: 'admin' });
      expect(app.output).not.toContain('scrypt');
    } finally {
      await app.stop();
    }
  });

  it.each([
    [['ada', 'root'], 'correct horse battery', 2, '"root" is no role'],
    [['a:b', 'admin'], 'correct horse battery', 2, '"a:b" is no name'],
    [['ada', 'admin'], 'short', 1, '10 characters at least'],
    [[], '', 2, 'NAME ROLE'],
  ])('makes no user of %j and %s, and says why', (args, password, code, why) => {
    const { stderr, ...made } = makeUser(args, password);
    expect(made).toMatchObject({ status: code, stdout: '' });
    expect(stderr).toContain(why);
  });

  it('stops at once when it is told to, also while pages listen', async () => {
    const port = await freePort();
    const app = TestProcess.app('dashboard', { AMQP_URL: vhost.url, DASHBOARD_PORT: String(port) });
    try {
      await app.line('the queues are shown at');
      const events = await fetch(`http://127.0.0.1:${port}/api/events`);
      const reader = events.body?.getReader();
      await reader?.read();
      expect((await fetch(`http://127.0.0.1:${port}/assets/views/queues.js`)).status).toBe(200);
      app.signal('SIGTERM');
      expect(await app.exit()).toEqual({ code: 0, signal: null });
      expect(app.stderr).toEqual([]);
    } finally {
      await app.stop();
    }
  });
});
