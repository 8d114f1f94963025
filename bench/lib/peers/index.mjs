import { bullmqAlways, bullmqEverySecond } from './bullmq.mjs';
import { celery } from './celery.mjs';
import { pika } from './pika.mjs';

/** The peers that are no part of the product: each is obtained when it is asked for. */
export const peers = [pika, celery, bullmqAlways, bullmqEverySecond];
