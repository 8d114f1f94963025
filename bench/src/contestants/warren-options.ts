import { defineQueue, defineTask } from '@app/queue';
import type { QueueModuleOptions, TaskDefinition } from '@app/queue';
import type { z } from 'zod';
import type { Job } from '../job';
import { TASK, payloadSchemaOf } from '../payload';
import type { BenchPayload } from '../payload';
import thread from './warren.thread';

/** The task of a job, on a queue of the job's type, with the safeguards that a definition has to ask for; all else is what it is by default. */
export function taskFor(job: Job): TaskDefinition<z.ZodType<BenchPayload, BenchPayload>> {
  return defineTask({
    name: TASK,
    queue: defineQueue({ name: job.queue, type: job.queueType }),
    payload: payloadSchemaOf(job),
    attempts: 5,
    timeout: 30_000,
    ...(job.threads !== undefined && { runIn: 'thread' }),
  });
}

/** Warren as it is measured: its defaults, but for the broker's address, how many tasks are handled at once and, in a case of their own, threads. */
export function optionsFor(job: Job): QueueModuleOptions {
  const { broker, concurrency, threads, events } = job;
  return {
    urls: [broker.amqp],
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(threads === undefined ? {} : { threads, thread }),
    ...(events === undefined ? {} : { eventsStream: events }),
    tasks: [taskFor(job)],
  };
}
