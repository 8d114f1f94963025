import { brokerUser } from '@app/queue/operating';
import { definitions, passwordHash, rabbitmqctlLines } from './printing';

const users = [brokerUser('worker', ['images']), brokerUser('dashboard', ['images'])];
const naming = { vhost: '/', prefix: 'warren-' };

describe('the users of the broker', () => {
  it('are printed as commands for a shell, without a password', () => {
    const lines = rabbitmqctlLines(users, naming).split('\n');
    expect(lines).toEqual([
      "rabbitmqctl add_user 'warren-worker'",
      expect.stringMatching(
        /^rabbitmqctl set_permissions -p '\/' 'warren-worker' '\^\(.*\)\$' '\^\(.*\)\$' '\^\(.*\)\$'$/,
      ),
      "rabbitmqctl add_user 'warren-dashboard'",
      "rabbitmqctl set_user_tags 'warren-dashboard' monitoring",
      expect.stringMatching(/^rabbitmqctl set_permissions /),
      '',
    ]);
  });

  it('cannot leave their apostrophes', () => {
    expect(rabbitmqctlLines([brokerUser('worker', ["o'clock"])], { vhost: "a'; rm -rf b", prefix: '' })).toContain(
      String.raw`-p 'a'\''; rm -rf b' 'worker' '^((o'\''clock)`,
    );
  });

  it('are printed as definitions to import', () => {
    const document = JSON.parse(definitions(users, naming, (role) => `hash of ${role}`)) as {
      users: unknown[];
      permissions: unknown[];
    };
    expect(document.users[1]).toEqual({
      name: 'warren-dashboard',
      password_hash: 'hash of dashboard',
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: ['monitoring'],
    });
    const { configure, write, read } = brokerUser('worker', ['images']);
    expect(document.permissions[0]).toEqual({ user: 'warren-worker', vhost: '/', configure, write, read });
  });

  it('have their passwords hashed as RabbitMQ’s documentation does', () => {
    expect(passwordHash('test12', Buffer.from('908DC60A', 'hex'))).toBe(
      'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
    );
  });
});
