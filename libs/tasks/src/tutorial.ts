import { defineQueue, defineTask, plainText } from '@app/queue/definitions';
import { z } from 'zod';

/**
 * The queue of the RabbitMQ work-queue tutorial: a durable classic queue declared with no arguments, bodies of plain
 * text. The tutorial's own programs, in any language, share it with ours.
 */
const taskQueue = defineQueue({ name: 'task_queue', type: 'classic', format: plainText('tutorial') });

/** The tutorial's task: a text in which each dot stands for one second of work. */
export const tutorial = defineTask({
  name: 'tutorial',
  queue: taskQueue,
  description: 'Pretends to work for one second a dot, as in the RabbitMQ work-queue tutorial.',
  payload: z
    .string()
    .max(10_000)
    .meta({
      description: 'Any text; each dot is one second of work.',
      examples: ['First message.', 'Fifth message.....'],
    }),
});
