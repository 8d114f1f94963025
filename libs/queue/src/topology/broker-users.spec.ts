import { BROKER_ROLES, brokerUser } from './broker-users';
import type { BrokerPermissions } from './broker-users';

/** The names that a right holds for. */
function held(expression: string): string[] {
  const names = [
    '',
    'amq.default',
    'images',
    'images.dlq',
    'images.quarantine',
    'mails.eu',
    'mailsxeu',
    'imagesx',
    'other',
  ].concat([
    'other.dlq',
    'delay.07',
    'delay.delivery',
    'warren.events',
    'warren.control',
    'warrenxevents',
    'xdelay.07',
  ]);
  return names.filter((name) => new RegExp(expression).test(name));
}

const work = ['images', 'mails.eu'];
const delays = ['delay.07', 'delay.delivery'];

describe('the rights of a role', () => {
  const userOf = (role: (typeof BROKER_ROLES)[number]): BrokerPermissions => brokerUser(role, work);

  it.each(BROKER_ROLES.filter((role) => role !== 'scaler'))(
    'let a %s declare what its queues need, delays and streams, and nothing of another queue',
    (role) => {
      const { configure, write } = userOf(role);
      const declared = [
        'images',
        'images.dlq',
        'images.quarantine',
        'mails.eu',
        ...delays,
        'warren.events',
        'warren.control',
      ];
      expect(held(configure)).toEqual(declared);
      expect(held(write)).toEqual(['', 'amq.default', ...work, ...delays]);
    },
  );

  it('let each read what it works with', () => {
    expect(held(userOf('producer').read)).toEqual([...work, ...delays, 'warren.events']);
    expect(held(userOf('worker').read)).toEqual([
      'images',
      'images.quarantine',
      'mails.eu',
      ...delays,
      'warren.control',
    ]);
    const all = ['images', 'images.dlq', 'images.quarantine', 'mails.eu', ...delays, 'warren.events', 'warren.control'];
    expect(held(userOf('operator').read)).toEqual(all);
    expect(held(userOf('dashboard').read)).toEqual(all);
  });

  it('let who scales the workers do nothing but ask the management', () => {
    expect(userOf('scaler')).toEqual({
      role: 'scaler',
      tags: ['management'],
      configure: '^$',
      write: '^$',
      read: '^$',
    });
  });
});

it('the rights of who publishes events, or is bound to their exchanges, hold for the exchanges too', () => {
  const { configure, write, read } = brokerUser('worker', ['images'], ['order.s']);
  const holds = (name: string) => [configure, write, read].map((right) => new RegExp(right).test(name));
  expect([holds('order.s'), holds('orderxs')]).toEqual([
    [true, true, true],
    [false, false, false],
  ]);
});
