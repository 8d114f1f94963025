import type { EventDefinition, TaskDefinition } from '@app/queue/definitions';
import { cpuBurn } from './cpu-burn';
import { imageResize } from './image-resize';
import { notificationEmail } from './notification-email';
import { notificationSms } from './notification-sms';
import { tutorial } from './tutorial';

export { cpuBurn, imageResize, notificationEmail, notificationSms, tutorial };

/** Every task of this system: what the producer accepts and the worker handles. */
export const allTasks: readonly TaskDefinition[] = [tutorial, imageResize, notificationEmail, notificationSms, cpuBurn];

/** Every event of this system, made by `defineEvent`: what any app publishes, and what queues that are bound handle. */
export const allEvents: readonly EventDefinition[] = [];
