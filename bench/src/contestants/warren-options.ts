import { defineQueue, defineTask } from '@app/queue';
import type { QueueModuleOptions, TaskDefinition } from '@app/queue';
import type { z } from 'zod';
import type { Trial } from '../trial';
import { TASK, payloadSchemaOf } from '../payload';
import type { BenchPayload } from '../payload';
import thread from './warren.thread';

/** The task of a trial, on a queue of the trial's type, with the safeguards that a definition has to ask for; all else is what it is by default. */
export function taskFor(trial: Trial): TaskDefinition<z.ZodType<BenchPayload, BenchPayload>> {
  return defineTask({
    name: TASK,
    queue: defineQueue({ name: trial.queue, type: trial.queueType }),
    payload: payloadSchemaOf(trial),
    attempts: 5,
    timeout: 30_000,
    ...(trial.threads !== undefined && { runIn: 'thread' }),
  });
}

/** Warren as it is measured: its defaults, but for the broker's address, how many tasks are handled at once and, in a case of their own, threads. */
export function optionsFor(trial: Trial): QueueModuleOptions {
  const { broker, concurrency, threads, events } = trial;
  return {
    urls: [broker.amqp],
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(threads === undefined ? {} : { threads, thread }),
    ...(events === undefined ? {} : { eventsStream: events }),
    tasks: [taskFor(trial)],
  };
}
