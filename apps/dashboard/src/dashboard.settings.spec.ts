import { ConfigurationError, readSettings } from '@app/queue';
import { dashboardSettings } from './dashboard.settings';

const HASH = `scrypt.32768.8.${'a'.repeat(22)}.${'b'.repeat(43)}`;

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(dashboardSettings, environment);
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems.map(({ path, message }) => `${path} ${message}`);
  }
}

describe('the dashboard’s settings', () => {
  it('are safe by default', () => {
    expect(readSettings(dashboardSettings, {})).toEqual({
      host: '127.0.0.1',
      port: 3_002,
      users: [],
      secret: undefined,
      sessionHours: 12,
      publicUrl: undefined,
      metricsToken: undefined,
      trustedProxies: 0,
      logFormat: 'pretty',
    });
  });

  it('name users with their roles', () => {
    const { users } = readSettings(dashboardSettings, {
      DASHBOARD_USERS: `ada:admin:${HASH}, bob@example.com:read-only:${HASH},`,
    });
    expect(users).toEqual([
      { name: 'ada', role: 'admin', hash: HASH },
      { name: 'bob@example.com', role: 'read-only', hash: HASH },
    ]);
  });

  it.each([
    ['a plain password', 'ada:admin:secret', 'entry 1 must end with a hash'],
    ['another role', `ada:root:${HASH}`, 'entry 1 must have a role'],
    ['no name', `:admin:${HASH}`, 'entry 1 must begin with a name'],
    ['one part more', `ada:admin:${HASH}:x`, 'entry 1 must end with a hash'],
    ['one user twice', `ada:admin:${HASH},ada:operator:${HASH}`, 'entry 2 names ada twice'],
  ])('refuse %s among the users, without repeating it', (_what, text, problem) => {
    const [found = '', ...rest] = problemsOf({ DASHBOARD_USERS: text });
    expect(rest).toEqual([]);
    expect(found).toContain(problem);
    expect(found).not.toContain('secret');
    expect(found).not.toContain(HASH);
  });

  it('are all named when they are wrong', () => {
    const environment = {
      DASHBOARD_HOST: 'a b',
      DASHBOARD_PORT: '70000',
      DASHBOARD_USERS: 'x',
      DASHBOARD_SECRET: 'short',
      DASHBOARD_SESSION_HOURS: '0',
      DASHBOARD_PUBLIC_URL: 'https://example.com/path',
      DASHBOARD_TRUSTED_PROXIES: 'all',
      LOG_FORMAT: 'xml',
    };
    expect(problemsOf(environment).map((problem) => problem.split(' ')[0])).toEqual(Object.keys(environment));
  });
});
