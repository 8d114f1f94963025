import { DefinitionError, NotConnectedError, fixed, warrenTransport } from '@app/queue';
import { MemoryBroker } from '@app/queue/testing';
import { Controller, Logger } from '@nestjs/common';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import type { RmqOptions } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Connector } from '../../libs/queue/src/connection/connector';
import type { Link, LinkObserver, LinkSettings } from '../../libs/queue/src/connection/connector';
import { closingAfterEach } from '../support/closing';

const closing = closingAfterEach();

const rmq: RmqOptions = { transport: Transport.RMQ, options: { urls: ['amqp://nobody'], queue: 'cats' } };

/** Nobody answers: every attempt fails until the link is closed. */
class Nobody extends Connector {
  attempts = 0;

  open(_settings: LinkSettings, name: string, observer: LinkObserver): Link {
    let isClosed = false;
    const attempt = (): void => {
      if (isClosed) return;
      if (name === 'warren consuming') this.attempts += 1;
      observer.failed(new Error('connect ECONNREFUSED'), 'amqp://nobody');
      setImmediate(attempt);
    };
    setImmediate(attempt);
    return { close: async () => void (isClosed = true) };
  }
}

describe('Warren’s strategy in the place of Nest’s RMQ server', () => {
  const { strategy } = warrenTransport(rmq);

  it.each(['on', 'unwrap'] as const)(
    'says of %s() that it has nothing to give, instead of calling nobody back',
    (method) => {
      expect(() => strategy[method]()).toThrow(DefinitionError);
      expect(() => strategy[method]()).toThrow(`${method}() has nothing to give`);
    },
  );

  it('tells as its status what becomes of the connection that consumes', async () => {
    const broker = new MemoryBroker();
    const transport = warrenTransport(rmq, { connector: broker });
    const module = await Test.createTestingModule({}).compile();
    Logger.overrideLogger(false);
    const app = closing(module.createNestMicroservice({ ...transport, logger: false }));
    const told: string[] = [];
    transport.strategy.status.subscribe((status) => told.push(status));
    await app.listen();
    await broker.settled();
    expect(told).toEqual(['connected']);
    broker.disconnect();
    await broker.settled();
    expect(told).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('begins no more attempts to connect than it may, and listens to no broker then', async () => {
    const nobody = new Nobody();
    const options = { ...rmq.options, maxConnectionAttempts: 3 };
    const transport = warrenTransport({ ...rmq, options }, { connector: nobody });
    const module = await Test.createTestingModule({}).compile();
    Logger.overrideLogger(false);
    const app = closing(module.createNestMicroservice({ ...transport, logger: false }));
    const listening = app.listen();
    await expect(listening).rejects.toBeInstanceOf(NotConnectedError);
    await expect(listening).rejects.toThrow('connect ECONNREFUSED; attempts: 3');
    expect(nobody.attempts).toBeGreaterThanOrEqual(3);
  });

  it('runs on a broker in memory: what fails comes back by that one’s clock, and is put aside in the end', async () => {
    const heard: string[] = [];

    @Controller()
    class CatsController {
      @EventPattern<string>('cat')
      cat(@Payload() name: string): void {
        heard.push(name);
        throw new Error('it does not come');
      }
    }

    const broker = new MemoryBroker();
    const policy = { attempts: 2, backoff: fixed(3_600_000) };
    const module = await Test.createTestingModule({ controllers: [CatsController] }).compile();
    Logger.overrideLogger(false);
    const app = closing(
      module.createNestMicroservice({ ...warrenTransport(rmq, { policy, connector: broker }), logger: false }),
    );
    await app.listen();
    const channel = await broker.connect().createConfirmChannel();
    channel.sendToQueue('cats', Buffer.from(JSON.stringify({ pattern: 'cat', data: 'Tom' })));
    await channel.waitForConfirms();
    await broker.settled();
    expect(heard).toEqual(['Tom']);

    await broker.advance(2 * 3_600_000);
    expect(heard).toEqual(['Tom', 'Tom']);
    expect(broker.counts('cats')).toEqual({ ready: 0, unacked: 0, dead: 1 });
  });
});
