import { defineQueue, defineTask, exceptOn, fixed } from '@app/queue';
import { z } from 'zod';

const queue = defineQueue({ name: 'threaded', type: 'classic', concurrency: 2 });
const light = defineQueue({ name: 'light', type: 'classic' });

/** An error that only the team knows: its class exists in the worker and in each thread apart. */
export class NoSuchPictureError extends Error {}

/** Tasks that run in threads, and one that does not. */
export const threadedTasks = {
  /** Keeps its thread busy for so many milliseconds. */
  spin: defineTask({ name: 'spin', queue, runIn: 'thread', payload: z.number() }),
  /** The same, to be ended before it ends. */
  spinInTime: defineTask({ name: 'spin-in-time', queue, runIn: 'thread', payload: z.number(), timeout: 400 }),
  /** The same, in time when the boot of its thread is not counted. */
  spinAfterBoot: defineTask({ name: 'spin-after-boot', queue, runIn: 'thread', payload: z.number(), timeout: 1_500 }),
  /** Keeps its thread in native code for so many seconds: nothing ends that thread before. */
  block: defineTask({ name: 'block', queue, runIn: 'thread', payload: z.number() }),
  /** Waits for its signal, and returns then. */
  obey: defineTask({ name: 'obey', queue, runIn: 'thread', payload: z.string(), timeout: 400 }),
  obeyStop: defineTask({ name: 'obey-stop', queue, runIn: 'thread', payload: z.string() }),
  look: defineTask({
    name: 'look',
    queue,
    runIn: 'thread',
    payload: z.object({ when: z.string().transform((text) => new Date(text)), text: z.string() }),
    attempts: 3,
  }),
  /** Fails in the way that its payload names. */
  fail: defineTask({
    name: 'fail',
    queue,
    runIn: 'thread',
    payload: z.string(),
    attempts: 2,
    backoff: fixed(100),
    retryIf: exceptOn(NoSuchPictureError, RangeError),
  }),
  settle: defineTask({ name: 'settle', queue, runIn: 'thread', payload: z.string() }),
  uncloneable: defineTask({
    name: 'uncloneable',
    queue,
    runIn: 'thread',
    payload: z.string().transform((text) => () => text),
  }),
  /** In its first version it was a text. */
  versioned: defineTask({
    name: 'versioned',
    queue,
    runIn: 'thread',
    version: 2,
    upcasters: { 1: (to) => ({ to, copies: 1 }) },
    payload: z.strictObject({ to: z.string(), copies: z.int() }),
    attempts: 2,
    backoff: fixed(100),
  }),
  nobodys: defineTask({ name: 'nobodys', queue, runIn: 'thread', payload: z.string() }),
  light: defineTask({ name: 'light', queue: light, payload: z.string() }),
};
