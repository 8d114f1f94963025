import type { MessageHandler } from '@nestjs/microservices';
import { PatternHandlers } from './pattern-handlers';

const handler = (): MessageHandler => () => Promise.resolve();

describe('handlers of patterns', () => {
  const [one, all, exact] = [handler(), handler(), handler()];
  const handlers = new PatternHandlers(
    new Map([
      ['order.placed', exact],
      ['order.*', one],
      ['order.#', all],
    ]),
  );

  it('are found as the broker’s topic exchanges match, the first of them', () => {
    expect(handlers.handlerOf('order.paid')).toBe(one);
    expect(handlers.handlerOf('order.paid.late')).toBe(all);
    expect(handlers.handlerOf('user.created')).toBeNull();
  });

  it('are none where no pattern has a wildcard', () => {
    expect(new PatternHandlers(new Map([['order.placed', exact]])).handlerOf('order.placed')).toBeNull();
  });
});
