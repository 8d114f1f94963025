import { defineQueue, defineTask } from '@app/queue';
import type { QueueModuleOptions, TaskDefinition } from '@app/queue';
import type { z } from 'zod';
import type { Job } from '../job';
import { payloadSchemaOf } from '../payload';
import type { BenchPayload } from '../payload';

/** The name of the task: the pattern of its handler. */
export const TASK = 'bench.task';

/** The task of a job, on a queue of the job's type; all else is what it is by default. */
export function taskFor(job: Job): TaskDefinition<z.ZodType<BenchPayload, BenchPayload>> {
  return defineTask({
    name: TASK,
    queue: defineQueue({ name: job.queue, type: job.queueType }),
    payload: payloadSchemaOf(job),
  });
}

/** Warren as it is measured: its defaults, but for the broker's address and how many tasks are handled at once. */
export function optionsFor(job: Job): QueueModuleOptions {
  const { broker, concurrency } = job;
  return { urls: [broker.amqp], ...(concurrency === undefined ? {} : { concurrency }), tasks: [taskFor(job)] };
}
