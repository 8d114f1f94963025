import { DefinitionError } from '../errors';
import { assertBindings, bindingPlans, isRoutedBy } from './bindings';
import type { QueueBinding } from './bindings';

describe('the bindings of a queue', () => {
  it('are declared as AMQP has them', () => {
    const bindings: QueueBinding[] = [
      { exchange: 'orders', pattern: 'order.*' },
      { exchange: 'levels', type: 'direct', pattern: 'error' },
      { exchange: 'news', type: 'fanout', declare: false },
      { exchange: 'papers', type: 'headers', headers: { format: 'pdf', pages: 2 } },
      { exchange: 'papers', type: 'headers', headers: { format: 'pdf' }, match: 'any' },
    ];
    const plans = bindingPlans('mails', bindings);
    expect(plans.map(({ exchange, pattern, arguments: args }) => [exchange, pattern, args])).toEqual([
      [{ name: 'orders', type: 'topic', arguments: {}, isForeign: false }, 'order.*', {}],
      [{ name: 'levels', type: 'direct', arguments: {}, isForeign: false }, 'error', {}],
      [{ name: 'news', type: 'fanout', isForeign: true }, '', {}],
      [
        { name: 'papers', type: 'headers', arguments: {}, isForeign: false },
        '',
        { format: 'pdf', pages: 2, 'x-match': 'all' },
      ],
      [{ name: 'papers', type: 'headers', arguments: {}, isForeign: false }, '', { format: 'pdf', 'x-match': 'any' }],
    ]);
    expect(new Set(plans.map(({ queue }) => queue))).toEqual(new Set(['mails']));
  });

  it.each<[QueueBinding, string, boolean]>([
    [{ exchange: 'orders', pattern: 'order.*' }, 'order.placed', true],
    [{ exchange: 'orders', pattern: 'order.*' }, 'stock.changed', false],
    [{ exchange: 'others', pattern: '#' }, 'order.placed', false],
    [{ exchange: 'orders', type: 'direct', pattern: 'order.placed' }, 'order.placed', true],
    [{ exchange: 'orders', type: 'direct', pattern: 'order.*' }, 'order.placed', false],
    [{ exchange: 'orders', type: 'fanout' }, 'order.placed', true],
    [{ exchange: 'orders', type: 'headers', headers: { format: 'pdf' } }, 'order.placed', false],
  ])('%j are sure to bring what is published to "orders" as "%s": %s', (binding, key, isSure) => {
    expect(isRoutedBy(binding, 'orders', key)).toBe(isSure);
  });

  it('are none where none are defined', () => {
    expect(bindingPlans('mails')).toEqual([]);
  });

  it('may be to a headers exchange for everything, where they say so', () => {
    const all: QueueBinding = { exchange: 'papers', type: 'headers', headers: {}, match: 'all' };
    expect(() => assertBindings('mails', [all])).not.toThrow();
    expect(bindingPlans('mails', [all])).toMatchObject([{ pattern: '', arguments: { 'x-match': 'all' } }]);
  });

  it.each<[string, QueueBinding, string]>([
    ['the nameless exchange', { exchange: '', pattern: 'a' }, 'the one without a name'],
    ['a name that is too long', { exchange: 'x'.repeat(256), pattern: 'a' }, '1 to 255 bytes'],
    ['a delay level', { exchange: 'delay.00', pattern: 'a' }, 'belong to the delay levels'],
    ['a pattern that is too long', { exchange: 'a', pattern: 'x'.repeat(256) }, 'more than 255 bytes'],
    ['no headers', { exchange: 'a', type: 'headers', headers: {} }, 'names no header'],
    ['no header of none', { exchange: 'a', type: 'headers', headers: {}, match: 'any' }, 'names no header'],
    ['headers that are not compared', { exchange: 'a', type: 'headers', headers: { 'x-a': 1 } }, 'does not compare'],
  ])('may not be to %s', (_what, binding, why) => {
    expect(() => assertBindings('mails', [binding])).toThrow(DefinitionError);
    expect(() => assertBindings('mails', [binding])).toThrow(why);
  });
});
