import { isLoopback, unguardedProblem } from './unguarded';

const user = { name: 'ada', role: 'admin', hash: '' } as const;

describe('a dashboard without users', () => {
  it.each(['127.0.0.1', '127.8.9.10', 'localhost', 'LOCALHOST', '::1', '[::1]'])('starts on %s', (host) => {
    expect(unguardedProblem({ host, users: [] })).toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'queues.example.com', '127.0.0.1.example.com', '::ffff:10.0.0.1'])(
    'does not start on %s, and names the setting',
    (host) => {
      expect(isLoopback(host)).toBe(false);
      expect(unguardedProblem({ host, users: [] })?.path).toBe('DASHBOARD_USERS');
      expect(unguardedProblem({ host, users: [] })?.message).toContain(`DASHBOARD_HOST is ${host}`);
    },
  );

  it.each(['https://queues.example.com', 'http://192.168.1.5:3002'])(
    'does not start behind %s either: whoever comes by that name would be an admin',
    (publicUrl) => {
      const problem = unguardedProblem({ host: '127.0.0.1', publicUrl, users: [] });
      expect(problem?.path).toBe('DASHBOARD_USERS');
      expect(problem?.message).toContain(`because DASHBOARD_PUBLIC_URL is ${publicUrl} and`);
    },
  );

  it.each(['http://localhost:8080', 'https://127.0.0.1', 'http://[::1]:3002'])(
    'starts behind %s, which is this machine',
    (publicUrl) => {
      expect(unguardedProblem({ host: '127.0.0.1', publicUrl, users: [] })).toBeUndefined();
    },
  );

  it('starts anywhere once somebody has to log in', () => {
    const publicUrl = 'https://queues.example.com';
    expect(unguardedProblem({ host: '0.0.0.0', publicUrl, users: [user] })).toBeUndefined();
  });
});
