import type { DashboardConfiguration } from '../dashboard.configuration';
import { Gate } from './gate';

const gate = (publicUrl?: string): Gate =>
  new Gate({ users: [], sessionHours: 1, secret: undefined, publicUrl } as unknown as DashboardConfiguration);

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
