import type { GetMessage } from 'amqplib';
import * as fc from 'fast-check';
import type { Scenario } from './scenario';

/** One step of somebody who works with a queue: which of the messages in hand is meant is chosen by a number. */
export type Step =
  | { readonly kind: 'publish'; readonly priority: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'ack' | 'requeue' | 'refuse'; readonly which: number };

/** A queue of some kind, and what is done to it. */
export interface Program {
  readonly type: 'classic' | 'ranked' | 'quorum';
  readonly steps: readonly Step[];
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('publish' as const), priority: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('ack' as const, 'requeue' as const, 'refuse' as const),
      which: fc.nat(9),
    }),
  },
);

const program: fc.Arbitrary<Program> = fc.record({
  type: fc.constantFrom('classic' as const, 'ranked' as const, 'quorum' as const),
  steps: fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }),
});

const options = {
  classic: {},
  ranked: { maxPriority: 3 },
  quorum: { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 20 } },
};

/** Programs by chance, the same ones for the same seed. */
export function programs(count: number, seed: number): readonly Program[] {
  return fc.sample(program, { numRuns: count, seed });
}

/**
 * What is observed of a program: what each step got, and what is left in the end, and where.
 * @param ranksQuorum whether the broker's quorum queues have priorities, which those of RabbitMQ before 4.3 have not, or have otherwise
 */
export function scenarioOf({ type, steps }: Program, ranksQuorum: boolean): Omit<Scenario, 'expected'> {
  return {
    name: `a ${type} queue: ${steps.map(({ kind }) => kind).join(' ')}`,
    run: async (desk) => {
      await desk.queue('dead');
      const dead = { deadLetterExchange: '', deadLetterRoutingKey: desk.name('dead') };
      await desk.queue('work', { ...options[type], ...dead });
      const channel = await desk.channel();
      const hand: GetMessage[] = [];
      const seen: string[] = [];
      let [published, ready, buried] = [0, 0, 0];
      for (const one of steps) {
        if (one.kind === 'publish') {
          published += 1;
          ready += 1;
          const priority = type === 'quorum' && !ranksQuorum ? {} : { priority: one.priority };
          await desk.publish('', desk.name('work'), `m${published}`, { ...priority });
        } else if (one.kind === 'take') {
          const message = await desk.get('work', channel);
          seen.push(
            message === false ? 'nothing' : `${message.content.toString()}${message.fields.redelivered ? '!' : ''}`,
          );
          if (message === false) continue;
          ready -= 1;
          hand.push(message);
        } else {
          const [message] = hand.splice(one.which % Math.max(1, hand.length), 1);
          if (message === undefined) continue;
          if (one.kind === 'ack') channel.ack(message);
          else channel.reject(message, one.kind === 'requeue');
          ready += one.kind === 'requeue' ? 1 : 0;
          buried += one.kind === 'refuse' ? 1 : 0;
          // A quorum queue takes its time to have it.
          if (one.kind !== 'ack')
            await desk.reaches(one.kind === 'requeue' ? 'work' : 'dead', one.kind === 'requeue' ? ready : buried);
        }
      }
      const letters = await desk.drain('dead');
      // Whether a dead letter is marked as handed out before differs: from RabbitMQ 4.3 on it is.
      return { seen, left: await desk.drain('work'), dead: letters.map((text) => text.replace(/ again$/, '')) };
    },
  };
}
