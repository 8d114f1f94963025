import { setTimeout as delay } from 'node:timers/promises';
import { MemoryBroker } from '@app/queue/testing';
import type { Connector } from '@app/queue/testing';
import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { waitFor } from '../wait-for';

/** A broker as a scenario meets it: the one in memory, or a real one. What is observed has to be the same. */
export interface World {
  readonly url: string;
  /** What Warren is to connect with; `undefined`: as ever. */
  readonly connector: Connector | undefined;
  connect(): Promise<ChannelModel>;
  /** Lets time pass until something holds: the broker's own in memory, everybody's otherwise. */
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets so many milliseconds pass in which nothing is to happen: the bounded wait for what does not come. */
  pass(milliseconds: number): Promise<void>;
}

const STEP_MS = 10;
const MOST_MS = 60_000;

/** @param url of a virtual host with nothing in it */
export function realWorld(url: string): World {
  return {
    url,
    connector: undefined,
    connect: () => connect(url, { noDelay: true }), // or each settling waits for a delayed acknowledgement of TCP
    until: async (what, holds) => void (await waitFor(what, holds)),
    pass: (milliseconds) => delay(milliseconds),
  };
}

/** A broker in memory of its own. */
export function memoryWorld(): World {
  const broker = new MemoryBroker();
  return {
    url: 'amqp://memory',
    connector: broker,
    connect: () => Promise.resolve(broker.connect()),
    until: async (what, holds) => {
      await broker.settled();
      for (let passed = 0; !(await holds()); passed += STEP_MS) {
        if (passed > MOST_MS) throw new Error(`Moved the clock by ${MOST_MS} ms and waited in vain for ${what}.`);
        await broker.advance(STEP_MS);
      }
    },
    pass: (milliseconds) => broker.advance(milliseconds),
  };
}
