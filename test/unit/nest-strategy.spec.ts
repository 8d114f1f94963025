import { DefinitionError, warrenTransport } from '@app/queue';
import { Transport } from '@nestjs/microservices';

describe('Warren’s strategy in the place of Nest’s RMQ server', () => {
  const { strategy } = warrenTransport({
    transport: Transport.RMQ,
    options: { urls: ['amqp://nobody'], queue: 'cats' },
  });

  it.each(['on', 'unwrap'] as const)(
    'says of %s() that it has nothing to give, instead of calling nobody back',
    (method) => {
      expect(() => strategy[method]()).toThrow(DefinitionError);
      expect(() => strategy[method]()).toThrow(`${method}() has nothing to give`);
    },
  );
});
