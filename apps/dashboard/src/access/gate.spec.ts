import type { DashboardConfiguration } from '../dashboard.configuration';
import { Gate } from './gate';

const gate = (publicUrl?: string, metricsToken?: string): Gate =>
  new Gate({
    users: [],
    sessionHours: 1,
    secret: undefined,
    publicUrl,
    metricsToken,
  } as unknown as DashboardConfiguration);

describe('a request', () => {
  it.each([
    'queues.example.com',
    'QUEUES.example.com',
    'queues.example.com:443',
    'queues.example.com.',
    'Queues.Example.com.:8443',
    'no host',
    '',
    undefined,
  ])('may have come by the public name with the host %j', (host) => {
    expect(gate('https://queues.example.com').isPublic(host)).toBe(true);
    expect(gate('https://Queues.example.com:8443').isPublic(host)).toBe(true);
    expect(gate().isPublic(host)).toBe(false);
  });

  it.each(['dashboard:3002', '10.0.0.7:3002', 'queues.example.com.evil.example', 'localhost'])(
    'has not with the host %j',
    (host) => {
      expect(gate('https://queues.example.com').isPublic(host)).toBe(false);
    },
  );
});

describe('metrics are read without a login', () => {
  const token = 'a-token-of-some-length';

  it('by whoever does not come by the public name, where they have no token', () => {
    expect(gate().mayScrape({ host: 'dashboard:3002' })).toBe(true);
    expect(gate('https://queues.example.com').mayScrape({ host: 'dashboard:3002' })).toBe(true);
    expect(gate('https://queues.example.com').mayScrape({ host: 'queues.example.com' })).toBe(false);
  });

  it('by whoever shows the token, where they have one, and by nobody else', () => {
    const guarded = gate('https://queues.example.com', token);
    expect(guarded.mayScrape({ host: 'queues.example.com', authorization: `Bearer ${token}` })).toBe(true);
    for (const authorization of [
      undefined,
      '',
      token,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      'Bearer ',
      `Basic ${token}`,
    ]) {
      expect([authorization, guarded.mayScrape({ host: 'dashboard:3002', authorization })]).toEqual([
        authorization,
        false,
      ]);
    }
  });
});
