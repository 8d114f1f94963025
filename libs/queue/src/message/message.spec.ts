import { identityOf } from './message';

describe('a returned message is recognised', () => {
  it('as a dead letter, by the id of that: several may carry one task', () => {
    const task = { messageId: 'id-1' };
    const first = identityOf({ ...task, headers: { 'x-dead-letter-id': 'd-1' } });
    const second = identityOf({ ...task, headers: { 'x-dead-letter-id': 'd-2' } });
    expect(first).not.toBe(second);
    expect(first).not.toBe(identityOf({ ...task, headers: {} }));
  });

  it.each([
    ['a task by its id', { messageId: 'id-1', headers: { tenant: 'a' } }, 'id-1'],
    ['by its id, when a stranger’s header is no id', { messageId: 'id-1', headers: { 'x-dead-letter-id': 7 } }, 'id-1'],
    ['a message without id as one without', { headers: {} }, ''],
    ['a message without headers', {}, ''],
  ])('%s', (_what, properties, identity) => {
    expect(identityOf(properties)).toBe(identity);
  });
});
