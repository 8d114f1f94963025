import { isMainThread } from 'node:worker_threads';

/** Whether this runs in a thread of its process, and not in the process's own. */
export const isThread = !isMainThread;
