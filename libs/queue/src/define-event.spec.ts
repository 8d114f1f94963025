import { z } from 'zod';
import { defineEvent } from './define-event';
import { DefinitionError } from './errors';
import { nestFormat } from './message/formats';

const payload = z.object({ order: z.number() });

describe('an event definition', () => {
  it('goes to a topic exchange by its name, and speaks as Nest does', () => {
    expect(defineEvent({ name: 'order.placed', exchange: 'orders', payload })).toEqual({
      name: 'order.placed',
      exchange: { name: 'orders', type: 'topic' },
      routingKey: 'order.placed',
      version: 1,
      upcasters: {},
      payload,
      format: nestFormat,
    });
  });

  it('may say all of it otherwise, and cannot be changed', () => {
    const event = defineEvent({
      name: 'a',
      exchange: 'b',
      type: 'fanout',
      routingKey: '',
      payload,
      description: 'Something.',
    });
    expect(event).toMatchObject({ exchange: { type: 'fanout' }, routingKey: '', description: 'Something.' });
    expect(() => Object.assign(event, { name: 'c' })).toThrow(TypeError);
  });

  it('says what its exchange is declared with, or that somebody else declares it', () => {
    const exchangeOf = (given: object) => defineEvent({ name: 'a', exchange: 'b', payload, ...given }).exchange;
    const alternate = { 'alternate-exchange': 'rest' };
    expect(exchangeOf({ arguments: alternate })).toEqual({ name: 'b', type: 'topic', arguments: alternate });
    expect(exchangeOf({ declare: false, type: 'direct' })).toEqual({ name: 'b', type: 'direct', isForeign: true });
    expect(exchangeOf({ declare: true })).toEqual({ name: 'b', type: 'topic', isForeign: false });
  });

  it.each([
    [{ name: '' }, '1 to 128 characters'],
    [{ name: 'x'.repeat(129) }, '1 to 128 characters'],
    [{ exchange: '' }, 'the one without a name'],
    [{ exchange: 'delay.01' }, 'delay levels'],
    [{ routingKey: 'x'.repeat(256) }, '255 bytes'],
    [{ version: 3, upcasters: { 1: String } }, 'Event "a": version 1 is lifted to 2'],
  ])('may not have %p', (given, why) => {
    const define = () => defineEvent({ name: 'a', exchange: 'b', payload, ...given });
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(why);
  });
});
